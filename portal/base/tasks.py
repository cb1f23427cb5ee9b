"""Thin adapters: ids in, a service called, safe to run twice."""

from celery import shared_task

from portal.base import events, mail


@shared_task
def events_sweep() -> int:
    return events.sweep()


@shared_task
def mail_deliver(mail_id: str) -> bool:
    return mail.mail_deliver(mail_id)


@shared_task
def mail_sweep() -> int:
    return mail.sweep()
