"""Every address of the site. Pages carry their language first; the rest has none."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal.accounts import views as accounts
from portal.home import api as home_api
from portal.home import views as home
from trade.views import (
    calendar,
    charts,
    data,
    downloads,
    feeds,
    markets,
    products,
    regions,
    staff,
    staff_datasets,
    staff_rejects,
    staff_releases,
    staff_totals,
    staff_uploads,
    subscriptions,
    webhooks,
)

handler404 = "portal.home.views.missing"
handler403 = "portal.home.views.forbidden"
handler500 = "portal.home.views.broken"

PAGES = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("about/", home.about, name="about"),
    path("patterns/", home.patterns, name="patterns"),
]
DATA = [
    path("", data.index, name="data"),
    path("regions/", regions.regions, name="regions"),
    path("regions/<str:code>/", regions.region, name="region"),
    path("products/", products.products, name="products"),
    path("products/<str:code>/", products.product, name="product"),
    path("markets/", markets.markets, name="markets"),
    path("markets/<str:code>/", markets.market, name="market"),
    path("releases/", data.releases, name="releases"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("download/", downloads.download, name="data_download"),
    path("chart.svg", charts.svg, name="chart"),
    path("chart.png", charts.png, name="chart_png"),
    path("chart.vl.json", charts.spec, name="chart_spec"),
]
SUBSCRIPTIONS = [
    path("", subscriptions.subscribe, name="subscribe"),
    path("confirm/<str:token>/", subscriptions.confirm, name="subscription_confirm"),
    path("cancel/<str:token>/", subscriptions.cancel, name="subscription_cancel"),
]
ACCOUNT = [
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:number>/", webhooks.webhook, name="webhook"),
    path("profile/", accounts.profile, name="account"),
    path("my-data/", accounts.data, name="account_data"),
    path("delete/", accounts.delete, name="account_delete"),
    path("", include("allauth.urls")),
]
STAFF = [
    path("", home.staff, name="staff"),
    path("trade/", staff.ledger, name="staff_trade"),
    path("trade/uploads/", staff_uploads.uploads, name="staff_uploads"),
    path("trade/uploads/<uuid:number>/", staff_uploads.upload, name="staff_upload"),
    path("trade/runs/<int:number>/", staff.run, name="staff_run"),
    path("trade/runs/<int:number>/progress/", staff.progress, name="staff_run_progress"),
    path("trade/runs/<int:number>/cancel/", staff.cancel, name="staff_run_cancel"),
    path("trade/runs/<int:number>/rejects/", staff_rejects.rejects, name="staff_run_rejects"),
    path("trade/runs/<int:number>/rejects.csv", staff_rejects.rejects_csv, name="staff_run_rejects_csv"),
    path(
        "trade/runs/<int:number>/rejected-<int:position>.csv",
        staff_rejects.rejects_rows,
        name="staff_run_rejects_rows",
    ),
    path("trade/runs/<int:number>/correct/", staff_rejects.correct, name="staff_run_correct"),
    path("trade/releases/", staff_releases.releases, name="staff_releases"),
    path("trade/releases/<int:number>/", staff_releases.release, name="staff_release"),
    path("trade/releases/<int:number>/publish/", staff_releases.publish, name="staff_release_publish"),
    path("trade/releases/<int:number>/withdraw/", staff_releases.withdraw, name="staff_release_withdraw"),
    path("trade/releases/<int:number>/schedule/", staff_releases.schedule, name="staff_release_schedule"),
    path("trade/releases/<int:number>/keep/", staff_releases.keep, name="staff_release_keep"),
    path("trade/datasets/", staff_datasets.datasets, name="staff_datasets"),
    path("trade/datasets/<slug:code>/", staff_datasets.dataset, name="staff_dataset"),
    path("trade/datasets/<slug:code>/totals/", staff_totals.totals, name="staff_totals"),
    path("trade/totals/<uuid:number>/", staff_totals.total, name="staff_total"),
    path("trade/totals/<uuid:number>/remove/", staff_totals.remove, name="staff_total_remove"),
]

urlpatterns = [
    path("", home.choose_language),
    path("healthz", home_api.health, name="healthz"),
    path("api/v1/", include("portal.api_urls")),
    path("feeds/releases.atom", feeds.releases, name="feed_releases"),
    path("feeds/datasets/<slug:code>.atom", feeds.dataset, name="feed_dataset"),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include(PAGES)),
        path("data/", include(DATA)),
        path("subscriptions/", include(SUBSCRIPTIONS)),
        path("desk/", home.desk, name="desk"),
        path("staff/", include(STAFF)),
        path("account/", include(ACCOUNT)),
    ),
]
