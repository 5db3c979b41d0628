"""Publishing and fetching, on both databases: what is published is there, and every fetch leaves word first."""

from __future__ import annotations

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter
from tests.publishing import NAME, by_sftp, contents, publish
from tests.world import World


def test_a_published_file_is_found_fetched_and_said_to_be(any_world: World) -> None:
    one = publish(any_world, b"a,b\r\n")
    downloads, chan = any_world.services.downloads, any_world.actor("CHAN01")
    assert [(item.file_name, item.state) for item in downloads.published(chan, "01234", "RPT-TRD")] == [
        (NAME, "published")
    ]
    found = downloads.find(chan, "01234", "RPT-TRD", NAME)
    assert found == one
    assert contents(downloads.open(chan, found)) == b"a,b\r\n"
    assert downloads.find(chan, "01234", "RPT-TRD", NAME).state == "fetched"
    assert downloads.find(by_sftp(any_world.actor("ACMEBOT1")), "01234", "RPT-TRD", NAME).state == "published"
    page = any_world.services.activity.page(chan, ActivityFilter(folder="RPT-TRD"), None, 10)
    assert [(item.state, item.login_id, item.company) for item in page.items] == [
        ("fetched", "CHAN01", "ACME"),
        ("published", "OPER01", "ACME"),
    ]
    any_world.services.publishing.withdraw(any_world.actor("OPER01"), "RPT-TRD", "01234", NAME)
    with pytest.raises(Refused) as gone:
        downloads.open(chan, found)
    assert gone.value.number == 2001
