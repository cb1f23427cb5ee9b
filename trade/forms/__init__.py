"""What people fill in around trade: files, choices, reasons, rules, subscriptions."""

from trade.forms.decisions import DecisionForm, ReasonForm, ScheduleForm
from trade.forms.news import SubscriptionForm, WebhookForm
from trade.forms.rules import RulesForm
from trade.forms.runs import CorrectionForm, FaultsForm, HandIn, RunForm
from trade.forms.totals import TotalForm

__all__ = [
    "CorrectionForm",
    "DecisionForm",
    "FaultsForm",
    "HandIn",
    "ReasonForm",
    "RulesForm",
    "RunForm",
    "ScheduleForm",
    "SubscriptionForm",
    "TotalForm",
    "WebhookForm",
]
