"""The vault: where accepted bytes are."""

from backend.adapters.vault.local import LocalVault

__all__ = ["LocalVault"]
