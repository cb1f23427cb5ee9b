"""Writes on people, their roles, and what they asked to be told."""

from portal.accounts.services.people import (
    role_grant,
    role_revoke,
    second_factor_remove,
    sessions_end,
    staff_create,
    user_create,
    user_delete,
    user_update,
)
from portal.accounts.services.subscriptions import (
    subscription_cancel,
    subscription_confirm,
    subscription_peek,
    subscription_request,
    subscriptions_tell,
)
from portal.accounts.services.webhooks import (
    webhook_create,
    webhook_delete,
    webhook_deliver,
    webhook_enable,
    webhook_replay,
    webhook_test,
    webhooks_sweep,
    webhooks_tell,
)

__all__ = [
    "role_grant",
    "role_revoke",
    "second_factor_remove",
    "sessions_end",
    "staff_create",
    "subscription_cancel",
    "subscription_confirm",
    "subscription_peek",
    "subscription_request",
    "subscriptions_tell",
    "user_create",
    "user_delete",
    "user_update",
    "webhook_create",
    "webhook_delete",
    "webhook_deliver",
    "webhook_enable",
    "webhook_replay",
    "webhook_test",
    "webhooks_sweep",
    "webhooks_tell",
]
