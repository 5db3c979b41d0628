"""The settings file of a new data folder: every setting with its meaning, for people to change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from backend.durable import make_folder, write_once
from backend.settings import DEFAULTS, SETTINGS_FILE, Settings


def write_new(settings: Settings) -> Path:
    """Writes the settings file of a new data folder, every setting with its meaning; one that is there stays."""
    make_folder(settings.data_dir)
    path = settings.data_dir / SETTINGS_FILE
    lines = ["# ecpd's settings. Flags and ECPD_… variables go before them. A line begun with # is the default.", ""]
    for name, meaning in _MEANINGS.items():
        value, default = getattr(settings, name), getattr(DEFAULTS, name)
        said = "" if value is None else list(value) if isinstance(value, tuple) else value
        written = json.dumps(said if isinstance(said, str | int | bool | list) else str(said), ensure_ascii=False)
        lines += [f"# {meaning}", f"{'# ' if value == default else ''}{name} = {written}", ""]
    write_once(path, "\n".join(lines).encode())
    return path


_MEANINGS: Final = {
    "database_url": 'Empty: SQLite in this folder. For several processes: "postgresql+psycopg://user@host/name".',
    "http_host": "Where the HTTP API listens. Plain HTTP is for this machine alone.",
    "http_port": "Its port.",
    "tls_certificate": "PEM files for HTTPS, both or neither.",
    "tls_key": "The key that belongs to it.",
    "trusted_proxy": "Address or network of the proxy that ends TLS, instead of the two above.",
    "ssh_host": "Where SSH listens: SFTP, the console and commands.",
    "ssh_port": "Its port.",
    "ssh_listeners": 'Instead of these two, several: ["10.20.0.5:2222 sftp", "[2001:db8::5]:2222 console commands"].',
    "console_user": "Which user consoles over SSH run as, where ecpd is started as root. Empty: nobody.",
    "consoles": "How many consoles and commands over SSH may run at once; 0: none.",
    "metrics_listen": 'Where Prometheus reads figures: "127.0.0.1:9464", or a private address. Empty: nowhere.',
    "log_format": 'How standard error is written: "json", "text", or "auto": text on a terminal, JSON elsewhere.',
    "log_level": '"debug", "info", "warning" or "error".',
    "name": "The platform's name on the landing page.",
    "operator": "Who runs it.",
    "origin": "The name of the log, as it stands in every receipt. Never change it once files were accepted.",
    "receipt_agent": "The socket of an ssh-agent that signs receipts; empty: the key in secrets/receipt_key.",
    "timezone": "The zone of cut-offs and of all times shown.",
    "notices": "Lines shown on the landing page.",
    "existing_ecp": "Where people find the existing ECP, for folders that have not moved; empty: where it listens.",
    "existing_ecp_listen": 'Where ecpd serves the existing ECP\'s own page: "127.0.0.1:8444". Empty: nowhere.',
    "existing_ecp_end": 'When it is planned to end, in words: "end of 2027". Shown beside the batches.',
    "every_day_trades": "Whether Saturday and Sunday are trading days.",
    "support_client_connect": 'Where the Client Connect form goes: "Client Connect team <connect@exchange.example>".',
    "support_ecp": "Where the ECP form goes, written alike.",
    "mail_sender": "Whom the mails of Client Connect come from.",
    "mail_name": "The name they bear.",
    "mail_subject": "The subject of the mail about a forgotten password; people look for it in their junk filter.",
    "checkpoint_mail_to": 'Who gets the log\'s signed checkpoint every day: ["auditor@firm.example"]. Empty: nobody.',
    "smtp_host": "The mail server. Empty: mails are put into the folder mails, for a mail system to fetch.",
    "smtp_port": "Its port.",
    "smtp_tls": '"starttls", "tls" from the first byte, or "none" for a relay on this machine.',
    "smtp_user": "Who signs in to it; empty: nobody.",
    "smtp_password_file": "A file with the password alone. Or set ECPD_SMTP_PASSWORD.",
    "public_url": "Where a browser reaches the platform; empty: mails bear a code and no link.",
    "enquiries_url": "Where mails send enquiries.",
    "terms_url": "The terms and conditions that mails lead to.",
}
