"""`ecpd doctor` and `ecpd check`."""
