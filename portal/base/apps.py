from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class BaseConfig(AppConfig):
    name = "portal.base"
    label = "base"

    def ready(self) -> None:
        from portal.base import checks  # noqa: F401  registers the system checks

        # Whoever sets Django up must queue through our Celery application, not through Celery's default one.
        import_string(settings.CELERY_APP)
