"""Reads iCalendar by other implementations (`icalendar`, `ics`, `recurring-ical-events`), and prints what it found as JSON.

`events FILE`: each event as `icalendar` and as `ics` read it. `busy FILE FROM UNTIL`: what recurring events keep busy, by
`recurring-ical-events`, put together where it touches.
"""
import datetime
import json
import sys
import warnings

warnings.simplefilter("error")

import icalendar  # noqa: E402

UTC = datetime.timezone.utc


def instant(time):
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(time, datetime.datetime) else time.isoformat()


def addresses(value):
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [{"address": str(one), **{name: str(text) for name, text in one.params.items()}} for one in values]


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    found = []
    for component in calendar.walk():
        if component.name not in ("VEVENT", "VTODO"):
            continue
        assert not component.errors, component.errors
        get = lambda name: None if component.get(name) is None else str(component[name])
        time = lambda name: instant(component.decoded(name)) if component.get(name) is not None else None
        found.append({
            "kind": component.name, "uid": get("UID"), "sequence": component.get("SEQUENCE"), "summary": get("SUMMARY"),
            "description": get("DESCRIPTION"), "location": get("LOCATION"), "url": get("URL"), "status": get("STATUS"),
            "starts": time("DTSTART"), "ends": time("DTEND"), "due": time("DUE"),
            "organizer": addresses(component.get("ORGANIZER")), "attendees": addresses(component.get("ATTENDEE")),
            "alarms": [str(alarm["ACTION"]) + " " + alarm["TRIGGER"].to_ical().decode() for alarm in component.walk("VALARM")],
        })
    zones = []
    for zone in calendar.walk("VTIMEZONE"):
        # As the file itself has them, not as this machine knows them.
        own = zone.to_tz(lookup_tzid=False) if "lookup_tzid" in zone.to_tz.__code__.co_varnames else zone.to_tz()
        wall = [event for event in calendar.walk("VEVENT") if "TZID" in event["DTSTART"].params]
        starts = [instant(event.decoded("DTSTART").replace(tzinfo=own)) for event in wall if event["DTSTART"].params["TZID"] == zone["TZID"]]
        zones.append({"id": str(zone["TZID"]), "starts": starts})
    return {"method": calendar.get("METHOD"), "events": found, "zones": zones}


def by_ics(text):
    import ics

    with warnings.catch_warnings():
        # Its own parser generator is older than the language.
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = ics.Calendar(text)
    return sorted((event.uid, event.name, instant(event.begin.datetime), instant(event.end.datetime)) for event in calendar.events if not event.all_day)


def busy(text, begin, end):
    import recurring_ical_events

    parse = lambda time: datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
    spans = []
    for event in recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(parse(begin), parse(end)):
        if str(event.get("TRANSP")) == "TRANSPARENT" or str(event.get("STATUS")) == "CANCELLED":
            continue
        span = [event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else event["DTSTART"].dt + event["DURATION"].dt]
        # Whole days are those of the test's workspace, which is in UTC.
        span = [time if isinstance(time, datetime.datetime) else datetime.datetime(time.year, time.month, time.day, tzinfo=UTC) for time in span]
        spans.append([instant(time if time.tzinfo else time.replace(tzinfo=UTC)) for time in span])
    merged = []
    for start, stop in sorted(spans):
        if start < stop:
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], stop)
            else:
                merged.append([start, stop])
    return merged


if __name__ == "__main__":
    with open(sys.argv[2], newline="", encoding="utf-8") as file:
        content = file.read()
    if sys.argv[1] == "events":
        print(json.dumps({"icalendar": by_icalendar(content), "ics": by_ics(content)}))
    else:
        print(json.dumps([busy(case, *sys.argv[3:5]) for case in json.loads(content)]))
