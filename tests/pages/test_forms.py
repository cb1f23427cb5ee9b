"""What forms are made of: what they tie together for screen readers, and what stays possible without a script."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from portal.home.patterns import forms as samples
from tests.accounts.test_pages import INLINE

Attributes = dict[str, str | None]


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str, tag: str = "", **wanted: str) -> list[Attributes]:
    parser = Elements()
    parser.feed(html)
    return [
        attrs
        for name, attrs in parser.found
        if (not tag or name == tag)
        and all(attrs.get(key.rstrip("_")) == value for key, value in wanted.items())
    ]


def drawn(template: str, language: str = "en", **context: Any) -> str:
    with translation.override(language):
        return Template("{% load i18n %}" + template).render(Context(context))


class Visit(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card.")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    phone = forms.CharField(label="Telephone", required=False)
    way = forms.ChoiceField(label="Way", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    papers = forms.FileField(label="Papers", widget=forms.FileInput(attrs={"accept": ".pdf"}))
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("Too early.")


ERRORS = '{% include "components/errors.html" with form=form only %}'


def test_the_summary_counts_links_to_each_field_and_takes_the_focus_by_itself() -> None:
    form = Visit({"phone": "0524"})
    html = drawn(ERRORS, form=form)
    box = elements(html, "div", tabindex="-1")
    assert len(box) == 1
    assert "autofocus" in box[0]
    assert elements(html, role="alert")
    # Name, password, way and papers; the hidden field; the form as a whole.
    assert "There are 6 things to mend" in html
    assert html.count("<li>") == 6
    targets = [link["href"] for link in elements(html, "a")]
    assert targets == ["#id_name", "#id_secret", "#id_way_0", "#id_papers"]
    page = drawn("{{ form }}", form=form)
    for target in targets:
        assert elements(page, "input", id=str(target)[1:]), target


def test_one_thing_is_one_thing_and_no_error_draws_nothing() -> None:
    class One(forms.Form):
        name = forms.CharField()

    assert "There is 1 thing to mend" in drawn(ERRORS, form=One({}))
    assert drawn(ERRORS, form=One({"name": "F"})).strip() == ""
    assert drawn(ERRORS, form=One()).strip() == ""


def test_a_field_is_tied_to_its_label_its_hint_and_its_error() -> None:
    html = drawn("{{ form.name.as_field_group }}", form=Visit({}))
    control = elements(html, "input")[0]
    assert elements(html, "label", for_=str(control["id"]))
    assert control["aria-invalid"] == "true"
    for told in str(control["aria-describedby"]).split():
        assert elements(html, id=told), told
    assert len(str(control["aria-describedby"]).split()) == 2
    calm = elements(drawn("{{ form.name.as_field_group }}", form=Visit()), "input")[0]
    assert "aria-invalid" not in calm
    assert calm["aria-describedby"] == "id_name_helptext"


def test_a_group_of_controls_is_a_fieldset_whose_legend_is_the_label() -> None:
    html = drawn("{{ form.way.as_field_group }}", form=Visit({}))
    group = elements(html, "fieldset")[0]
    assert elements(html, id=str(group["aria-describedby"]))
    assert re.search(r"<legend[^>]*>Way", html)
    assert len(elements(html, "input", type="radio")) == 2


def test_only_what_may_stay_empty_is_marked_and_a_filter_marks_nothing() -> None:
    assert "(optional)" in drawn("{{ form.phone.as_field_group }}", form=Visit())
    assert "(optional)" not in drawn("{{ form.name.as_field_group }}", form=Visit())
    assert "(optional)" not in drawn("{{ form }}", form=samples.ListForm())


def test_a_password_s_button_waits_for_the_script() -> None:
    button = elements(drawn("{{ form.secret.as_field_group }}", form=Visit()), "button")[0]
    assert "hidden" in button
    assert button["type"] == "button"
    assert button["data-reveals"] == "id_secret"


def test_an_upload_tells_what_it_takes_and_has_a_place_for_names() -> None:
    html = drawn('{% include "components/upload.html" with field=form.papers only %}', form=Visit())
    assert elements(html, "input", type="file", id="id_papers", accept=".pdf")
    assert elements(html, "ul", **{"data-files-of": "id_papers", "aria-live": "polite"})
    assert ".pdf</bdi>" in html
    assert drawn("{{ form.papers.as_field_group }}", form=Visit()).strip() == html.strip()


def test_files_make_the_form_send_files() -> None:
    source = '{% component "form" form=form upload=True submit="Send" %}{% endcomponent %}'
    assert elements(drawn(source, form=Visit()), "form", enctype="multipart/form-data", method="post")


def test_a_taken_slot_is_told_and_cannot_be_chosen() -> None:
    slot = SimpleNamespace
    days = [
        SimpleNamespace(
            label="Monday",
            slots=[
                slot(value="m9", text="09:00", taken=False),
                slot(value="m10", text="10:00", taken=True),
                slot(value="m11", text="11:00", taken=False),
            ],
        ),
        SimpleNamespace(label="Friday", slots=[]),
    ]
    html = drawn(
        '{% include "components/slots.html" with name="slot" days=days chosen="m11" later="?week=2" only %}',
        days=days,
    )
    assert [("disabled" in radio, "checked" in radio) for radio in elements(html, "input", type="radio")] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert html.count("taken") == 1
    assert "No time on this day" in html
    assert [link["rel"] for link in elements(html, "a")] == ["next"]
    for radio in elements(html, "input"):
        assert elements(html, "label", for_=str(radio["id"]))


def test_a_week_without_times_says_what_to_do() -> None:
    html = drawn('{% include "components/slots.html" with name="slot" only %}')
    assert "Look at another week" in html
    assert not elements(html, "input")


def test_a_step_that_is_done_is_a_link_and_a_later_one_is_not() -> None:
    steps = [
        SimpleNamespace(text="Company", url="/1/", state="done"),
        SimpleNamespace(text="Activity", url="/2/", state="now"),
        SimpleNamespace(text="Send", url="/3/", state="later"),
    ]
    html = drawn('{% include "components/stepper.html" with steps=steps only %}', steps=steps)
    assert [link["href"] for link in elements(html, "a")] == ["/1/"]
    assert len(elements(html, "li", **{"aria-current": "step"})) == 1
    assert "Step 2 of 3" in html


def test_a_dialog_s_opener_is_a_link_to_the_page_that_asks_the_same() -> None:
    html = drawn(
        '{% component "modal" id="sure" title="Sure?" opener="Delete" url="/delete/" %}For good.{% endcomponent %}'
    )
    assert elements(html, "a", href="/delete/", **{"data-opens": "sure"})
    dialog = elements(html, "dialog", id="sure")[0]
    assert "open" not in dialog
    assert elements(html, "h2", id=str(dialog["aria-labelledby"]))


def test_a_job_that_works_is_asked_again_and_one_that_ended_is_not() -> None:
    working = drawn(
        '{% include "components/progress.html" with id="job" label="Job" share=25 text="reading" url="/job/" only %}'
    )
    assert elements(working, "progress", max="100", value="25", **{"aria-label": "Job"})
    assert elements(working, "div", **{"hx-get": "/job/", "hx-trigger": "every 1s", "hx-select": "#job"})
    ended = drawn(
        '{% include "components/progress.html" with id="job" label="Job" text="published" state="good" only %}'
    )
    assert not elements(ended, "progress")
    assert "hx-get" not in ended
    unknown = drawn('{% include "components/progress.html" with id="job" label="Job" text="waiting" only %}')
    assert "value" not in elements(unknown, "progress")[0]


def test_a_filter_shows_what_is_applied_as_links_that_take_it_off() -> None:
    applied = [SimpleNamespace(text="Sector: food", url="?")]
    html = drawn(
        '{% component "filter" action="/list/" reset="/list/" applied=applied %}{{ form }}{% endcomponent %}',
        form=samples.ListForm(),
        applied=applied,
    )
    assert elements(html, "form", method="get", action="/list/")
    assert "csrfmiddlewaretoken" not in html
    assert "1 applied" in html
    assert "Remove the filter" in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_examples_of_forms_need_no_inline_script_or_style_and_no_id_stands_twice(
    client: Client, language: str
) -> None:
    answer = client.get(f"/{language}/patterns/")
    html = answer.content.decode()
    assert not INLINE.search(html)
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    ids = [str(attrs["id"]) for attrs in elements(html) if "id" in attrs]
    assert [one for one in set(ids) if ids.count(one) > 1] == []


@pytest.mark.django_db
def test_a_page_with_errors_says_so_in_its_title(client: Client) -> None:
    answer = client.post("/en/account/login/", {"login": "", "password": ""})
    html = answer.content.decode()
    assert "<title>Error: Sign in" in html
    assert "There are 2 things to mend" in html
