"""Thin adapters: ids in, a service called, safe to run twice."""

from celery import shared_task

from portal.accounts import services


@shared_task
def webhook_deliver(delivery_id: str) -> bool:
    return services.webhook_deliver(delivery_id)


@shared_task
def webhooks_sweep() -> int:
    return services.webhooks_sweep()
