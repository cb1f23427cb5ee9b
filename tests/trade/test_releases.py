"""Publishing and taking back; demonstration and real data never together."""

from pathlib import Path

import pytest

from portal.accounts.models import User
from portal.base.errors import Conflict, Missing
from portal.base.models import Event
from tests.trade import factories
from tests.trade.importing import customs_file, customs_row, facts, imported, month, published_release
from trade import services
from trade.cube.catalogue import public_releases
from trade.models import Dataset
from trade.services import release_publish, release_withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


# --- publishing and taking back ---


def test_taking_back_points_to_the_predecessor_and_publishing_again_to_the_release(tmp_path: Path) -> None:
    one = imported("customs", month(tmp_path, "2024-01")).release
    two = imported("customs", month(tmp_path, "2024-02")).release

    assert release_withdraw(two.number, acting_user=None) == one
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state, published_release("ma-customs")) == ("published", "withdrawn", one)
    release_publish(two.number, acting_user=None)
    assert published_release("ma-customs") == two
    assert [release.number for release in public_releases()] == [2, 1]
    names = list(Event.objects.order_by("created_at").values_list("name", flat=True))
    assert names.count("trade.release_published") == 3
    assert names.count("trade.release_withdrawn") == 1


def test_the_only_release_taken_back_leaves_nothing_published(tmp_path: Path) -> None:
    one = imported("customs", month(tmp_path, "2024-01")).release
    assert release_withdraw(one.number, acting_user=None) is None
    assert published_release("ma-customs") is None


def test_steps_that_make_no_sense_are_conflicts(tmp_path: Path) -> None:
    one = imported("customs", month(tmp_path, "2024-01")).release
    staged = imported("customs", month(tmp_path, "2024-02"), publish=False).release
    imported("customs", month(tmp_path, "2024-03"))

    for step, number in (
        (release_publish, published_release("ma-customs").number),  # type: ignore[union-attr]
        (release_publish, staged.number),  # another one was published since
        (release_withdraw, staged.number),
        (release_withdraw, one.number),
    ):
        with pytest.raises(Conflict):
            step(number, acting_user=None)
    with pytest.raises(Missing):
        release_publish(99, acting_user=None)


def test_a_dataset_that_needs_consent_is_published_by_a_second_person(
    tmp_path: Path, amina: User, youssef: User
) -> None:
    Dataset.objects.filter(code="ma-customs").update(needs_consent=True)
    run = imported("customs", month(tmp_path, "2024-01"), by=amina)

    assert run.state == "staged"
    assert run.log[-1]["code"] == "consent_needed"
    with pytest.raises(Conflict):
        release_publish(run.release.number, acting_user=amina)
    release_publish(run.release.number, acting_user=youssef)
    assert published_release("ma-customs").published_by == youssef  # type: ignore[union-attr]


def test_a_trusted_dataset_publishes_by_itself(tmp_path: Path) -> None:
    Dataset.objects.filter(code="ma-customs").update(trusted=True)
    assert imported("customs", month(tmp_path, "2024-01"), publish=False).state == "published"


# --- demonstration and real ---


def test_the_first_real_release_starts_without_the_demonstration(tmp_path: Path) -> None:
    demo = imported("customs", customs_file(tmp_path, [customs_row(office="DEMO1")]))
    assert demo.release.demonstration is True
    real = imported("customs", month(tmp_path, "2024-02"))

    assert real.release.demonstration is False
    assert {row["period"] for row in facts(real.release)} == {"2024-02"}
    assert real.release.predecessor == demo.release


def test_a_demonstration_file_is_refused_once_there_is_real_data(tmp_path: Path) -> None:
    real = imported("customs", month(tmp_path, "2024-02"))
    demo = imported("customs", customs_file(tmp_path, [customs_row(office="DEMO1")]))

    assert (demo.state, demo.reason["code"]) == ("refused", "demo_refused")
    assert published_release("ma-customs") == real.release


def test_an_old_demonstration_release_cannot_come_back_over_real_data(tmp_path: Path) -> None:
    demo = imported("customs", customs_file(tmp_path, [customs_row(office="DEMO1")])).release
    imported("customs", month(tmp_path, "2024-02"))
    with pytest.raises(Conflict):
        release_publish(demo.number, acting_user=None)


def test_demonstration_and_real_files_do_not_go_into_one_run(tmp_path: Path) -> None:
    demo = customs_file(tmp_path, [customs_row(office="DEMO1")], "demo.csv")
    run = imported("customs", demo, month(tmp_path, "2024-02"))
    assert (run.state, run.reason["code"]) == ("refused", "demo_files_mixed")
