"""Statistical confidentiality: which cells of tables built from firms' facts may be published.

Functions over frames: nothing here reads a fact or writes a row. Only `groups` asks the database, for staff's table.
"""

from trade.models import FirmGroup


def groups() -> dict[str, str]:
    """Enterprise (nine digits) → the group it counts as, for confidentiality only; a group of groups is followed."""
    direct = dict(FirmGroup.objects.order_by("enterprise").values_list("enterprise", "group"))
    found: dict[str, str] = {}
    for enterprise in direct:
        group, seen = enterprise, set()
        while group in direct and group not in seen:
            seen.add(group)
            group = direct[group]
        found[enterprise] = min(seen | {group}) if group in seen else group
    return found
