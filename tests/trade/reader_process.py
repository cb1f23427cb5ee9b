"""A process that asks the API the same questions without pause until it is told to stop; prints what it saw."""

import json
import os
import sys
import threading


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["anon"] = None
    questions = json.loads(sys.argv[1])
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    client = Client()
    seen: dict[str, list[object]] = {}
    count = 0
    while not stopped.is_set():
        for number, question in enumerate(questions):
            reply = client.get("/api/v1/data/", question)
            told = [reply.status_code, reply.json() if reply.status_code == 200 else reply.content.decode()]
            found = seen.setdefault(str(number), [])
            key = answer_of(told)
            if key not in found:
                found.append(key)
            count += 1
        if count == len(questions):
            print("ready", flush=True)
    print(json.dumps({"count": count, "seen": seen}), flush=True)


def answer_of(told: list[object]) -> object:
    status, body = told
    return [body["meta"]["release"], body["rows"]] if status == 200 else [status, body]  # type: ignore[index]


if __name__ == "__main__":
    main()
