"""The catalogue as the operator's staff sees it, and the dry run of a rule before anybody is asked to approve it."""

from __future__ import annotations

from typing import TypeVar

from backend.contract.messages import (
    Appendix,
    AppendixFolder,
    AppendixFunction,
    CatalogueFolder,
    CatalogueFunction,
    CataloguePage,
    Message,
    RuleTrial,
    TriedRule,
    UserType,
)
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule, Function
from backend.core.catalogue_text import folder_text, function_text
from backend.core.client_connect.changes.catalogue import read_rule
from backend.core.gate import refuse_inactive, refuse_outside_staff
from backend.core.ports import Clock, Store
from backend.core.rows import Rows
from backend.core.rule_lines import folder_lines, function_lines
from backend.core.rule_text import WrongRule, read_function
from backend.core.trials import MOST_NAMED, MOST_PAST, PAST, tried

_Named = TypeVar("_Named", bound=Message)


class Cataloguing:
    """Reads only: what changes is a change request's."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar

    def page(self, actor: Actor) -> CataloguePage:
        """All folders, functions and user types; 2002 for whoever is neither operator nor auditor."""
        refuse_outside_staff(actor)
        with self._store.reading() as rows:
            catalogue, revision = rows.catalogue(), rows.catalogue_revision()
        return CataloguePage(
            revision=revision,
            folders=tuple(_folder(one) for one in catalogue.folders.values()),
            functions=tuple(_function(one, catalogue) for one in catalogue.functions.values()),
            user_types=_user_types(catalogue),
        )

    def appendix(self, actor: Actor) -> Appendix:
        """What the guide's appendices say, for whoever is signed in: the names of folders, none of their rules."""
        refuse_inactive(actor.account)
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
        return Appendix(
            folders=tuple(_named(one, AppendixFolder) for one in map(_folder, catalogue.folders.values())),
            functions=tuple(
                _named(_function(one, catalogue), AppendixFunction) for one in catalogue.functions.values()
            ),
            user_types=_user_types(catalogue),
        )

    def try_rule(self, actor: Actor, trial: RuleTrial) -> TriedRule:
        """What is wrong with the rule, or what it changes, and what it had done to the files of the last 90 days."""
        refuse_outside_staff(actor)
        try:
            with self._store.reading() as rows:
                return self._function(rows, trial) if trial.of == "function" else self._folder(rows, trial)
        except WrongRule as wrong:
            return TriedRule(errors=wrong.errors)

    def _function(self, rows: Rows, trial: RuleTrial) -> TriedRule:
        before, after = rows.catalogue().functions.get(trial.code), read_function(trial.code, trial.rule)
        return TriedRule(lines=tuple(function_lines(before, after)), in_words=f"by {', '.join(after.channels)}")

    def _folder(self, rows: Rows, trial: RuleTrial) -> TriedRule:
        since = self._clock.now() - PAST
        before, rule = rows.catalogue().folders.get(trial.code), read_rule(rows, trial.code, trial.rule)
        past = rows.past_files(trial.code, since, MOST_PAST + 1)
        found = tried(rule, past[:MOST_PAST], self._calendar.with_(rows.decided()))
        return TriedRule(
            lines=tuple(folder_lines(before, rule)),
            in_words=rule.rule_in_words(),
            since=self._calendar.today(since),
            stay=found.stay,
            refused=len(found.lost),
            admitted=len(found.won),
            refused_names=tuple(found.lost[:MOST_NAMED]),
            admitted_names=tuple(found.won[:MOST_NAMED]),
            more=len(past) > MOST_PAST,
        )


def _folder(rule: FolderRule) -> CatalogueFolder:
    return CatalogueFolder(
        folder=rule.code,
        title=rule.title,
        direction=rule.direction,
        functions=rule.functions,
        channels=rule.channels,
        user_types=rule.user_types,
        in_words=rule.rule_in_words(),
        route=rule.route,
        batch=rule.batch,
        sample=rule.sample,
        rule=folder_text(rule),
    )


def _user_types(catalogue: Catalogue) -> tuple[UserType, ...]:
    return tuple(UserType(code=code, title=title) for code, title in catalogue.user_types.items())


def _named(one: Message, kind: type[_Named]) -> _Named:
    """Only what an appendix names of it."""
    return kind.model_validate(one.model_dump(include=set(kind.model_fields)))


def _function(function: Function, catalogue: Catalogue) -> CatalogueFunction:
    opened = [
        folder.code
        for folder in catalogue.folders.values()
        if any(catalogue.opens(function.code, folder, channel) for channel in function.channels)
    ]
    return CatalogueFunction(
        function=function.code,
        title=function.title,
        channels=function.channels,
        all_folders=function.all_folders,
        folders=tuple(opened),
        rule=function_text(function),
    )
