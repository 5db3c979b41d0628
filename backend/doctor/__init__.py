"""What `ecpd doctor` and `ecpd check` find: whether this machine serves well, and whether nothing is lost on it."""

from backend.doctor.examining import examine
from backend.doctor.verifying import verify

__all__ = ["examine", "verify"]
