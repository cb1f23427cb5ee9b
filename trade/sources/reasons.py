"""Every reason for which a row is rejected or a file refused: where it is and what to do, in the reader's language.

A reason travels as its code and its parameters; the sentence is made when somebody reads it.
"""

from typing import Any

from django.conf import settings
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.base.errors import DomainError
from trade.models import Run

# Rows. `{detail}` is what the rule expected or found beside the value.
ROW_REASONS = {
    "too_few_fields": _("The line has {detail} fields, fewer than the header. Check for a missing comma."),
    "too_many_fields": _(
        "The line has {detail} fields, more than the header. Put text with a comma in quotation marks."
    ),
    "quote": _("A quotation mark is opened and not closed on this line. Close it or take it out."),
    "too_long": _(
        "The cell holds {detail} characters, more than any code or number. Check what was pasted there."
    ),
    "record": _("The record is not an object with named fields. Export the file again."),
    "field_twice": _("The record has the field {detail} twice. Keep the right one."),
    "missing": _("The cell is empty, and the format needs a value here."),
    "number": _("This is not a number. Write digits with a decimal point, without spaces or exponents."),
    "negative": _(
        "The number is below zero. Amounts and weights are never negative: hand in the corrected figure."
    ),
    "absurd": _("The number is above {detail}, more than one row can hold. Check its unit."),
    "period": _("This is not a period of the format: {detail}."),
    "period_future": _("The period has not ended yet or is before 1962. Check the year."),
    "other_month": _("The row is not of the file's month, {detail}. Hand in one file a month."),
    "flow": _("Unknown flow. The format knows: {detail}."),
    "regime": _("A customs procedure has at most 4 letters or digits."),
    "ice": _("An ICE has 15 digits. Keep its leading zeros."),
    "ice_check": _("The ICE's check digits are wrong: the whole number must be divisible by 97."),
    "ice_required": _("An export or re-export needs the firm's ICE."),
    "region": _("Unknown region. Write MA-01 to MA-12, or leave the cell empty where it is not allocated."),
    "product": _("This is not a product code of the format: {detail}."),
    "product_unknown": _("The code is not in {detail}. Check the code and the edition."),
    "level": _("The level does not fit the product code. Levels 0, 2, 4 and 6 are read."),
    "classification": _("Unknown classification. The editions H0 to H6 of the Harmonized System are read."),
    "edition_other": _("The row is of another edition than the one that was asked for, {detail}."),
    "partner": _("Unknown partner country. Check the code."),
    "reporter": _("Unknown reporting country. Check the code."),
    "office": _("A customs office code has at most 12 letters, digits, hyphens or underscores."),
    "mode": _("Unknown mode of transport. The format knows: {detail}."),
    "unit": _("Unknown quantity unit, or a quantity without its unit. Write the UN's unit code, 1 to 53."),
    "status": _("Unknown status. The format knows: {detail}."),
    "freq": _("Only annual (A) and monthly (M) data of goods are read."),
    "breakdown": _(
        "The row breaks down another one by {detail}; only totals are read, so that nothing counts twice."
    ),
    "duplicate": _("The same key stands on line {detail} already. Only the first of them was taken."),
    "duplicate_earlier": _(
        "An earlier file of the run has the same key already (file:line {detail}). Only the first was taken."
    ),
}

# Lines of a run's log: what is good to know and no fault.
LOG_TEXTS = {
    "edition_by_shape": _(
        "{file}: the list of {edition} is not loaded; its codes were checked by shape and chapter only."
    ),
    "eh_folded": _("{file}: {rows} rows of EH were read as Morocco's and summed with its own."),
    "consent_needed": _("The dataset {dataset} asks for a second person's consent: the release is staged."),
}

# Words that stand in a parameter as a code.
TERMS = {
    ";": _("semicolons (;)"),
    "\t": _("tabs"),
    "|": _("bars (|)"),
    **{phase.value: phase.label for phase in Run.Phase},
}

# Whole files: where, then what to do.
FILE_REASONS = {
    "empty": _("{file} is empty. Export it again and hand in the new file."),
    "no_rows": _("{file} has a header and no rows below it. Export it again with its rows."),
    "compressed": _("{file} is compressed ({kind}). Unpack it and hand in the plain file."),
    "binary": _(
        "{file} is a {kind} file, not the text that the format {source} asks for. Export it as {wanted}."
    ),
    "encoding": _(
        "{file} is not in UTF-8: line {line}, byte {byte} cannot be read. Save it again with the encoding UTF-8."
    ),
    "utf16": _("{file} is in UTF-16. Save it again with the encoding UTF-8."),
    "separator": _(
        "The columns of {file} are separated by {kind}, not by commas. Export it again with commas."
    ),
    "column_missing": _(
        "{file} has no column “{column}”. Add it, or choose the format that the file really has."
    ),
    "column_renamed": _("{file} has no column “{column}”. Line 1 has “{close}”: give it back its name."),
    "column_twice": _("{file} has the column “{column}” twice. Keep one of them."),
    "cut_off": _("{file} is cut off: line {line} ends in the middle of a row. Fetch the whole file again."),
    "json_cut_off": _(
        "{file} is cut off after {records} records, on line {line}. Fetch the whole file again."
    ),
    "json_broken": _("{file} is not valid JSON: line {line}, column {column}. Export it again."),
    "json_deep": _(
        "{file} is not an answer of UN Comtrade: line {line} has brackets within brackets without end. Export it again."
    ),
    "json_more": _(
        "{file} goes on behind its end, on line {line}. Hand in one answer of UN Comtrade a file."
    ),
    "json_no_data": _("{file} has no list “data” at its top, as UN Comtrade's answers do. Check what it is."),
    "json_error": _("{file} is an error message of UN Comtrade, not data: {error}. Ask for the data again."),
    "not_format": _("{file} does not look like {source}: {wanted} was expected. Check the source you chose."),
    "nothing_good": _(
        "No row of {file} can be read ({rejected} rejected). The reject list says why, line by line."
    ),
    "too_many_rejected": _(
        "{rejected} of {read} rows are rejected, more than the {limit} % that the dataset allows. "
        "Correct the lines of the reject list and hand the files in again."
    ),
    "demo_mixed": _(
        "{file} mixes customs offices of the demonstration (DEMO…) with real ones: line {line}. Hand them in apart."
    ),
    "demo_files_mixed": _("Demonstration files and real files were handed in together. Hand them in apart."),
    "demo_refused": _(
        "{file} is demonstration data, and the dataset {dataset} holds real data already. Hand in real files."
    ),
    "gave_up": _(
        "The run was broken off {attempts} times. The last step was: {phase}. Look at the worker's log."
    ),
    "no_space": _(
        "There is no room left where the files are kept. Make room on the disk, then hand the files in again."
    ),
    "file_lost": _("The stored copy of {file} cannot be read. Hand the file in again."),
    "unexpected": _(
        "The run stopped on an error of ours, {error}. Nothing was changed; the log has the details."
    ),
}


# A longer name or value in a sentence is cut.
LONGEST = 200


class Refusal(DomainError):
    """A whole file, or a gate, says no: nothing of the run reaches a release. Raised by sources and by imports."""

    status = 422

    def __init__(self, code: str, **params: Any) -> None:
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(lazystr(file_text(code, self.params)), code=code)

    def reason(self) -> dict[str, str]:
        return in_all_languages(self.code, self.params)


def file_text(code: str, params: dict[str, str]) -> str:
    return str(FILE_REASONS[code]).format(
        **{name: TERMS.get(value) or plain(value) for name, value in params.items()}
    )


def plain(text: str) -> str:
    """What a file says, fit for a sentence: one line of characters that can be shown, and not too many of them."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:LONGEST])
    return shown + "…" if len(text) > LONGEST else shown


def row_text(code: str, detail: str) -> str:
    """The sentence for one fault of a row, in the active language."""
    return str(ROW_REASONS[code]).format(detail=detail)


def log_text(code: str, params: dict[str, str]) -> str:
    """A line of a run's log, in the active language."""
    return str(LOG_TEXTS[code]).format(**params) if code in LOG_TEXTS else code


def in_all_languages(code: str, params: dict[str, str]) -> dict[str, str]:
    """`{"code", "fr", "ar", "en"}`, as `Run.reason` keeps it."""
    reason = {"code": code}
    for language, _name in settings.LANGUAGES:
        with override(language):
            reason[language] = file_text(code, params)
    return reason


def reason_of(error: DomainError) -> dict[str, str]:
    """The same for another room's error, whose message is lazy."""
    reason = {"code": error.code}
    for language, _name in settings.LANGUAGES:
        with override(language):
            reason[language] = str(error)
    return reason
