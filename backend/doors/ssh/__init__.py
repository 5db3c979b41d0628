"""The SSH door: on one port SFTP by registered key, and the console and commands by password and One-Time-Password."""

from backend.doors.ssh.consoles import Consoles
from backend.doors.ssh.hosting import Hosting
from backend.doors.ssh.server import SshDoor, host_key, start_ssh

__all__ = ["Consoles", "Hosting", "SshDoor", "host_key", "start_ssh"]
