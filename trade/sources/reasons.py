"""Every reason for which a row is rejected or a file refused: where it is and what to do, in the reader's language.

A reason travels as its code and its parameters; the sentence is made when somebody reads it.
"""

from typing import Any

from django.conf import settings
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.base import formats, i18n
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
    "currency": _("The amount is in another currency than the dataset's, {detail}."),
    "action": _("The row takes an observation back. Hand in files that only add or replace."),
    "formula": _(
        "The cell holds a formula without a stored result. Open the file in a spreadsheet program and save it again."
    ),
    "cell_error": _("The cell shows an error of the spreadsheet program. Correct its formula."),
    "country_name": _("Unknown country. Write its two letters, or its name in French, Arabic or English."),
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
    "corrects_there": _(
        "The corrected run's release has this key already. A correction only adds what was rejected; take the row out."
    ),
    "corrects_slice": _(
        "The corrected run brought nothing of this slice ({detail}). Hand the row in as a run of its own."
    ),
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
    "sdmx_left_aside": _(
        "{file}: {rows} observations without a value, or of something else than value, weight and quantity, "
        "were left aside."
    ),
    "sheet_hidden": _("{file}: the hidden sheet “{sheet}” was left aside."),
    "sheet_without_table": _("{file}: the sheet “{sheet}” holds no table and was left aside."),
    "encoding_read": _(
        "{file} is in {encoding}, not in UTF-8: it was read so. Check a few names with accents."
    ),
    "decimal_comma": _("{file} writes decimals with a comma: it was read so."),
    "zeros_restored": _("{file}: {rows} product codes had lost their leading zero and were given it back."),
    "digits_read": _(
        "{file}: codes of {rows} rows are in Arabic digits or hold invisible marks; they were read."
    ),
    "gate_not_held": _(
        "{gate} The release is staged: look at it, then publish it with a reason or discard it."
    ),
    "corrected": _("The rows are added to release {release}, which run {run} made."),
    "revised": _("{period}: figures that were published before differ; the month is marked as revised."),
    "consent_needed": _("The dataset {dataset} asks for a second person's consent: the release is staged."),
}

# Words that stand in a parameter as a code.
TERMS = {
    ",": _("commas (,)"),
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
    "delimiter_other": _(
        "The columns of {file} are separated by {kind}, not by {asked} as the column map says. Correct the map."
    ),
    "line_endless": _("Line {line} of {file} does not end. Export it again with one row a line."),
    "archive_bomb": _("{file} swells beyond all measure when it is unpacked. Check where it comes from."),
    "archive_broken": _(
        "{file} cannot be unpacked ({kind}): its content is damaged. Fetch the whole file again."
    ),
    "archive_cut_off": _("{file} is cut off: the {kind} archive has no end. Fetch the whole file again."),
    "archive_empty": _("{file} is an archive without a file to read in it. Check what was packed."),
    "archive_locked": _("{file} is locked with a password. Pack it again without one."),
    "archive_members": _("{file} holds more than {limit} files. Hand them in in smaller archives."),
    "archive_mixed": _(
        "{file} holds files of several kinds ({kinds}). Pack only those of one kind together."
    ),
    "archive_nested": _("{file} is packed once more ({kind}). Unpack it once and hand it in again."),
    "archive_several": _("{file} holds several files, and this format reads one. Hand in that one."),
    "workbook_here": _(
        "{file} is an Excel workbook (XLSX). Hand it in with the format “workbook”, or save it as CSV."
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
    "fetch_key": _("UN Comtrade does not take the key (status {status}). Check COMTRADE_API_KEY."),
    "fetch_answer": _("UN Comtrade refused the query (status {status}). Check its codes."),
    "fetch_capped": _(
        "UN Comtrade has {limit} records or more for one slice of {file}. Ask for fewer products or reporters at once."
    ),
    "fetch_large": _(
        "UN Comtrade's answer for {file} is larger than any answer should be. Ask for less at once."
    ),
    "fetch_empty": _("{file} has no data for this query. Check its periods and codes."),
    "fetch_gave_up": _("UN Comtrade could not be reached in {attempts} attempts. Ask again later."),
    "baci_only_list": _("{file} is BACI's list of countries. Hand it in together with a file of data."),
    "edition_untold": _(
        "{file} does not say of which edition its product codes are. Say it when you hand it in (edition: HS1992)."
    ),
    "xml_broken": _("{file} is not valid XML: line {line}, column {column}. Export it again."),
    "xml_cut_off": _("{file} is cut off on line {line}, inside its XML. Fetch the whole file again."),
    "xml_unsafe": _(
        "{file} declares a document type or entities, line {line}. A data message needs neither: it is not read."
    ),
    "xml_beyond": _("{file} holds more than any data message on line {line}. Check what it is."),
    "sdmx_other": _(
        "{file} is XML, but no data message of SDMX-ML 2.1: it begins with “{element}”. Export it as such."
    ),
    "sdmx_not_trade": _(
        "{file} is a data message of SDMX, but not trade flows: it has {found}, and nothing that says {missing}."
    ),
    "sdmx_long": _("{file} has more than {limit} observations. Hand it in in parts, a year each."),
    "xlsx_broken": _("{file} is no whole workbook (XLSX). Save it again and hand in the new file."),
    "xlsx_password": _("{file} is locked with a password. Save it without one."),
    "xlsx_large": _(
        "{file} unpacks to more than a workbook of tables holds. Save its tables alone in a new one."
    ),
    "xlsx_links": _(
        "{file} takes figures from other workbooks. Replace these links by their values, then save it."
    ),
    "xlsx_macros": _("{file} holds macros. Save it as XLSX, without them."),
    "xlsx_wide": _(
        "{file}, sheet “{sheet}”: the cells go down to {cell}, more than {limit} cells. "
        "Delete what lies outside the table."
    ),
    "sheet_no_table": _(
        "{file} has no sheet with a table: a row of headings with “Code SH” and at least one period below the settings."
    ),
    "sheet_setting": _(
        "{file}, sheet “{sheet}”, cell {cell}: “{value}” is not known there. Write one of: {known}."
    ),
    "sheet_setting_missing": _(
        "{file}, sheet “{sheet}”: the line “{name}” above the table is missing. Add it with its value."
    ),
    "sheet_heading": _(
        "{file}, sheet “{sheet}”, cell {cell}: the heading “{heading}” is no period and no known column. Correct it."
    ),
    "sheet_heading_twice": _(
        "{file}, sheet “{sheet}”, cell {cell}: the heading “{heading}” stands there twice."
    ),
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
    "part_corrupt": _(
        "The stored part {part} of {period} is not what was written: its checksum differs. Restore the file from a "
        "backup, or withdraw the release and hand that period in again."
    ),
    "corrects_withdrawn": _(
        "The release of run {run} was withdrawn, so there is nothing to complete. Hand in the whole files again."
    ),
    "corrects_replaced": _(
        "Release {release} of run {run} was replaced by release {now}, and its rows may have changed since. "
        "Hand in the whole files again, or correct run {newer}, which made release {now}."
    ),
    "corrects_moved": _(
        "The release that was to be completed was replaced meanwhile. Hand in the correction again."
    ),
    "corrects_pruned": _("What run {run} brought was pruned. Hand in the whole files again."),
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


# Gates, by what they found: where they hold, and where not.
GATES = {
    "rejects_few": (
        _("{rejected} of {read} rows are rejected; {limit} % are allowed."),
        _("{rejected} of {read} rows are rejected, more than the {limit} % that are allowed."),
    ),
    "months_complete": (
        _("No month is missing between the first and the last one."),
        _("Months are missing in between: {missing} ({count} in all)."),
    ),
    "total_met": (
        _(
            "{flow} {period} is near the published total ({source}): off by {off} %, {tolerance} % are allowed."
        ),
        _(
            "{flow} {period} is far from the published total ({source}): off by {off} %, {tolerance} % are allowed."
        ),
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
    if code == "gate_not_held":
        params = {"gate": gate_text(params["gate"], params, held=False)}
    return str(LOG_TEXTS[code]).format(**params) if code in LOG_TEXTS else code


def gate_text(gate: str, figures: dict[str, Any], *, held: bool) -> str:
    """What a gate found, in the active language."""
    told = {name: _told(value) for name, value in figures.items()}
    return str(GATES[gate][0 if held else 1]).format(**told) if gate in GATES else gate


def _told(figure: Any) -> Any:
    """A count is grouped as the language does it."""
    if isinstance(figure, int):
        return formats.number(figure, i18n.current())
    return plain(figure) if isinstance(figure, str) else figure


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
