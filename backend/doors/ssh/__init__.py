"""The SSH door: SFTP on one port, by registered key from a registered address."""

from backend.doors.ssh.server import SshDoor, host_key, start_ssh

__all__ = ["SshDoor", "host_key", "start_ssh"]
