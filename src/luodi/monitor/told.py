"""Which alarm is open after a window, what of it is news, and what others have told already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from luodi.monitor.alarms import MOVED, OVER, WORSE, Raised
from luodi.monitor.watching import Seen
from luodi.store.ledger.rows import Alarm

QUIET_TO_END = 2


@dataclass(frozen=True)
class Before:
    """How things stood.

    Attributes:
        alarm: The alarm that is open; None when none is.
        quiet: How many windows in a row have called for none.
    """

    alarm: Mapping[str, Any] | None = None
    quiet: int = 0


def before(earlier: Sequence[Seen], reign: int) -> Before:
    """How things stood after the last window.

    Args:
        earlier: The windows before, oldest first.
        reign: Since when the release is in use; what was open when it was last taken out of
            service says nothing of today.
    """
    if not earlier or earlier[-1].looked_at < reign:
        return Before()
    return Before(earlier[-1].alarm, earlier[-1].quiet)


def told(
    seen: Seen, stood: Before, alarm: Raised | None, *, judged: bool = True, at: int | None = None
) -> tuple[Seen, list[Raised]]:
    """A window with the alarm that is open after it, and what is to be told of it.

    An alarm that goes on is told once. While it is open it keeps every cause that it ever had,
    so columns that take turns are told once too.

    Args:
        seen: The window.
        stood: How things stood before it.
        alarm: What this window calls for.
        judged: Whether quality was judged; if not, a model that was worse is taken to be so still.
        at: Since when the alarm would be open; None for the end of the window.
    """
    was = stood.alarm
    stays = alarm is None or alarm.code == MOVED
    if was is not None and was["code"] == WORSE and stays and not judged:
        return replace(seen, alarm=was, quiet=0), []
    if alarm is None:
        quiet = stood.quiet + 1
        ends = was is not None and quiet >= QUIET_TO_END
        left = None if ends else was
        return replace(seen, alarm=left, quiet=quiet), [Raised(OVER)] if ends else []
    now = {"code": alarm.code, "columns": sorted(alarm.columns), "causes": alarm.causes}
    if was is None or was["code"] != alarm.code:
        since = seen.end if at is None else at
        return replace(seen, alarm={**now, "since": since}, quiet=0), [alarm]
    news = not set(alarm.causes) <= set(was["causes"])
    joined = {name: sorted({*was[name], *now[name]}) for name in ("columns", "causes")}
    return replace(seen, alarm={**was, **joined}, quiet=0), [alarm] if news else []


def is_news(alarm: Alarm, known: Sequence[Alarm], reign: int) -> bool:
    """Whether nobody has told an alarm yet: others may watch the same release.

    Machines that share a ledger keep windows of their own. What one tells as news, another may
    have told before it, or for a moment just after it.

    Args:
        alarm: What one who watches would tell.
        known: The alarms of the release that were told, oldest first.
        reign: Since when the release is in use. What was told of an earlier time silences an
            alarm only if it is of the same moment.
    """
    earlier = [one for one in known if one.at <= alarm.at]
    later = [one for one in known if one.at > alarm.at]
    if alarm.code == OVER:
        return not any(one.code == OVER for one in (*earlier[-1:], *later[:1]))
    since = reign if alarm.at >= reign else alarm.at
    stands = _told_by([one for one in earlier if one.at >= since])
    return not (_says(stands, alarm) or _says(_told_by(later[:1]), alarm))


def _told_by(known: Sequence[Alarm]) -> Raised | None:
    """The alarm that is open after those that were told, with every cause that it ever had."""
    stands: Raised | None = None
    for one in known:
        causes = [*one.evidence.get("causes", ())]
        if stands is not None and stands.code == one.code:
            causes += stands.evidence["causes"]
        stands = None if one.code == OVER else Raised(one.code, {"causes": causes})
    return stands


def _says(stands: Raised | None, alarm: Alarm) -> bool:
    """Whether an alarm that is open says all that another one does."""
    if stands is None or stands.code != alarm.code:
        return False
    return set(Raised(alarm.code, alarm.evidence).causes) <= set(stands.causes)
