"""The budget of a list's columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ecp_tui.widgets.columns import GAP, Column, budget

COLUMNS = (Column("File", 20, grows=True), Column("Folder", 7, 2), Column("State", 13), Column("User", 9, 1))


def test_columns_give_way_by_priority_and_the_rest_grows() -> None:
    assert set(budget(COLUMNS, 60)) == {0, 1, 2, 3}
    assert set(budget(COLUMNS, 50)) == {0, 2, 3}
    assert set(budget(COLUMNS, 36)) == {0, 2}
    assert budget(COLUMNS, 60)[0] == 25


@given(
    st.lists(st.builds(Column, st.just("x"), st.integers(1, 40), st.integers(0, 3), st.booleans()), max_size=8),
    st.integers(1, 200),
)
def test_a_line_is_never_wider_than_its_room_unless_every_column_is_needed(columns: list[Column], width: int) -> None:
    widths = budget(columns, width)
    used = sum(widths.values()) + GAP * max(0, len(widths) - 1)
    assert all(cells >= 1 for cells in widths.values())
    assert used <= width or all(columns[place].priority == 0 for place in widths)
