"""Opening hours: time that counts only while somebody is there, on the shop's own clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actors.desk.hours import OpeningHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = "Monday to Friday, 9:00 to 18:00"
QUARTER = timedelta(minutes=15)
# Leaps of an hour and of half an hour, at night and at midnight; an offset of three quarters; none at all.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu")
LEAPS = [(2026, 3, 8), (2026, 3, 29), (2026, 4, 5), (2026, 4, 24), (2026, 10, 4), (2026, 10, 25), (2026, 10, 29)]

_times = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)] + [time.max]
days = st.lists(st.sampled_from(_times), min_size=2, max_size=2, unique=True).map(lambda pair: tuple(sorted(pair)))
weeks = st.lists(st.none() | days, min_size=7, max_size=7).filter(any) | st.just([None] * 6 + [(time(2), time(3))])
shops = st.builds(OpeningHours, week=weeks.map(tuple), zone=st.sampled_from(ZONES).map(ZoneInfo))
moments = st.builds(
    lambda day, quarters: datetime(*day, tzinfo=UTC) + quarters * QUARTER,
    st.sampled_from([*LEAPS, (2026, 1, 14), (2026, 7, 5)]),
    st.integers(min_value=-3 * 96, max_value=3 * 96),
)
spans = st.integers(min_value=1, max_value=20 * 3600)  # seconds of open time


def hours(text: str = OFFICE, zone: ZoneInfo = BERLIN) -> OpeningHours:
    return OpeningHours.parse(text, zone)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """`2026-03-27 17:00` on the shop's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# --- what holds for any hours, on any clock -------------------------------------------------------


@given(shops, moments, spans)
def test_between_undoes_after(shop: OpeningHours, start: datetime, seconds: int) -> None:
    assert shop.between(start, shop.after(start, seconds)) == seconds


@given(shops, moments, moments, spans)
def test_after_undoes_between(shop: OpeningHours, one: datetime, other: datetime, seconds: int) -> None:
    start, later = sorted((one, other))
    end = shop.after(later, seconds)
    assert shop.after(start, shop.between(start, end)) == end


@given(shops, moments, spans)
def test_after_never_lands_outside_open_time(shop: OpeningHours, start: datetime, seconds: int) -> None:
    lands = shop.after(start, seconds)
    assert shop.is_open(lands - timedelta(microseconds=1))
    assert lands >= start + timedelta(seconds=seconds)


@given(shops, moments, spans, spans)
def test_two_waits_are_one_long_wait(shop: OpeningHours, start: datetime, first: int, second: int) -> None:
    assert shop.after(shop.after(start, first), second) == shop.after(start, first + second)


@given(shops, moments, moments, spans, spans)
def test_who_begins_later_or_waits_longer_is_done_later(
    shop: OpeningHours, one: datetime, other: datetime, seconds: int, more: int
) -> None:
    earlier, later = sorted((one, other))
    assert shop.after(earlier, seconds) <= shop.after(later, seconds)
    assert shop.after(one, seconds) < shop.after(one, seconds + more)


@given(shops, moments, moments, moments)
def test_open_time_adds_up_and_is_no_more_than_the_time_itself(
    shop: OpeningHours, a: datetime, b: datetime, c: datetime
) -> None:
    start, middle, end = sorted((a, b, c))
    assert shop.between(start, middle) + shop.between(middle, end) == shop.between(start, end)
    assert 0 <= shop.between(start, end) <= (end - start).total_seconds()
    assert shop.between(end, start) == 0


@given(shops, moments, st.integers(min_value=0, max_value=2 * 96))
def test_between_counts_the_quarters_in_which_it_is_open(shop: OpeningHours, start: datetime, quarters: int) -> None:
    open_quarters = sum(shop.is_open(start + number * QUARTER) for number in range(quarters))
    assert shop.between(start, start + quarters * QUARTER) == open_quarters * QUARTER.total_seconds()


@given(shops, moments)
def test_next_opening_is_the_first_open_moment(shop: OpeningHours, moment: datetime) -> None:
    opening = shop.next_opening(moment)
    assert opening >= moment
    assert shop.is_open(opening)
    assert shop.between(moment, opening) == 0
    assert (opening == moment) == shop.is_open(moment)
    assert shop.after(moment, 0) == opening


@given(shops, moments)
def test_open_is_what_the_clock_on_the_wall_says(shop: OpeningHours, moment: datetime) -> None:
    wall = moment.astimezone(shop.zone)
    assume(all(abs((wall + timedelta(days=days)).utcoffset() - wall.utcoffset()) < QUARTER for days in (-1, 1)))
    span = shop.week[wall.weekday()]
    assert shop.is_open(moment) == (span is not None and span[0] <= wall.time() < span[1])


@given(moments, moments)
def test_a_shop_that_never_closes_counts_every_second(one: datetime, other: datetime) -> None:
    shop = hours("Monday to Sunday, 0:00 to 24:00")
    start, end = sorted((one, other))
    assert shop.never_closes
    assert shop.between(start, end) == (end - start).total_seconds()
    assert shop.next_opening(start) == start


# --- examples ------------------------------------------------------------------------------------


def test_an_evening_goes_on_the_next_morning() -> None:
    assert hours().after(at("2026-06-02 17:30"), 3600) == at("2026-06-03 09:30")
    assert hours().between(at("2026-06-02 17:30"), at("2026-06-03 09:30")) == 3600


def test_a_promise_may_end_with_the_day() -> None:
    assert hours().after(at("2026-06-02 17:00"), 3600) == at("2026-06-02 18:00")


@pytest.mark.parametrize("moment", ["2026-06-05 18:00", "2026-06-06 08:00", "2026-06-07 11:59", "2026-06-08 08:59"])
def test_on_the_weekend_the_next_opening_is_on_monday(moment: str) -> None:
    assert not hours().is_open(at(moment))
    assert hours().next_opening(at(moment)) == at("2026-06-08 09:00")


def test_a_week_with_one_open_day_takes_weeks() -> None:
    shop = hours("Wednesday, 10:00 to 12:00")
    assert shop.next_opening(at("2026-06-03 12:00")) == at("2026-06-10 10:00")
    assert shop.after(at("2026-06-03 12:00"), 20 * 3600) == at("2026-08-12 12:00")


def test_a_span_to_midnight_goes_on_without_a_gap() -> None:
    shop = hours("Friday, 20:00 to 24:00; Saturday, 0:00 to 2:00")
    assert shop.after(at("2026-06-05 23:00"), 2 * 3600) == at("2026-06-06 01:00")
    assert shop.is_open(at("2026-06-06 00:00"))
    assert not shop.never_closes


def test_the_night_in_which_the_clock_leaps_ahead_is_an_hour_short() -> None:
    shop = hours("Monday to Sunday, 0:00 to 24:00")
    assert shop.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 23 * 3600
    assert shop.after(at("2026-03-29 01:00"), 3600) == at("2026-03-29 03:00")


def test_the_night_in_which_the_clock_is_put_back_is_an_hour_long() -> None:
    shop = hours("Sunday, 1:00 to 4:00")
    assert shop.between(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 4 * 3600
    assert shop.is_open(at("2026-10-25 02:30").replace(fold=1))


@pytest.mark.parametrize(("from_day", "to_day"), [("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")])
def test_office_hours_are_the_same_on_the_wall_before_and_after_the_change(from_day: str, to_day: str) -> None:
    assert hours().after(at(f"{from_day} 17:00"), 2 * 3600) == at(f"{to_day} 10:00")


def test_sums_are_of_real_time_on_whatever_clock_a_moment_is_given() -> None:
    shop = hours("Monday to Sunday, 0:00 to 24:00", zone=ZoneInfo("UTC"))
    before, after = at("2026-10-25 02:30"), at("2026-10-25 02:30").replace(fold=1)
    assert shop.between(before, after) == 3600
    assert shop.after(before, 3600) == after.astimezone(UTC)
    assert shop.next_opening(after) - shop.next_opening(before) == timedelta(hours=1)


def test_hours_that_the_clock_leaps_over_are_left_out() -> None:
    shop = hours("Sunday, 2:30 to 3:15")
    assert shop.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 0
    assert shop.next_opening(at("2026-03-29 00:00")) == at("2026-04-05 02:30")


# --- the words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "open_days"),
    [
        ("Monday to Friday, 9:00 to 18:00", "MTWTF--"),
        ("Monday to Friday, 9:00 to 18:00; Saturday, 10:00 to 14:00", "MTWTFS-"),
        ("saturday  TO monday 09:00 to 9:01", "M----SS"),
        ("Sunday, 0:00 to 24:00", "------S"),
    ],
)
def test_words_are_read_as_people_write_them(text: str, open_days: str) -> None:
    letters = zip("MTWTFSS", hours(text).week, strict=True)
    assert "".join(letter if span else "-" for letter, span in letters) == open_days


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is not of the form 'Monday to Friday, 9:00 to 18:00'"),
        ("9 to 5", "'9 to 5' is not of the form 'Monday to Friday, 9:00 to 18:00'"),
        ("Monday, 9:00 to 18:00;", "'' is not of the form 'Monday to Friday, 9:00 to 18:00'"),
        ("Monday, 9 am to 6 pm", "'Monday, 9 am to 6 pm' is not of the form 'Monday to Friday, 9:00 to 18:00'"),
        ("Someday, 9:00 to 18:00", "'someday' is no day of the week"),
        ("Monday to Freitag, 9:00 to 18:00", "'freitag' is no day of the week"),
        ("Monday, 9:00 to 25:00", "'25:00' is no time of the day"),
        ("Monday, 9:60 to 18:00", "'9:60' is no time of the day"),
        ("Monday, 0:00 to 24:01", "'24:01' is no time of the day"),
        ("Friday, 18:00 to 2:00", "'Friday, 18:00 to 2:00' does not close after it opens"),
        ("Monday, 9:00 to 9:00", "'Monday, 9:00 to 9:00' does not close after it opens"),
        ("Monday to Friday, 9:00 to 18:00; Friday, 19:00 to 20:00", "Friday has two opening hours"),
    ],
)
def test_what_does_not_parse_is_told_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=".") as error:
        hours(text)
    assert str(error.value) == told
