"""Every address of the site. Pages carry their language first; the rest has none."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal.accounts import views as accounts
from portal.home import api as home_api
from portal.home import views as home
from trade.views import charts, data, downloads, markets, products, regions, staff

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
    path("download/", downloads.download, name="data_download"),
    path("chart.svg", charts.svg, name="chart"),
    path("chart.png", charts.png, name="chart_png"),
    path("chart.vl.json", charts.spec, name="chart_spec"),
]
ACCOUNT = [
    path("profile/", accounts.profile, name="account"),
    path("my-data/", accounts.data, name="account_data"),
    path("delete/", accounts.delete, name="account_delete"),
    path("", include("allauth.urls")),
]
STAFF = [
    path("", home.staff, name="staff"),
    path("trade/", staff.ledger, name="staff_trade"),
    path("trade/runs/<int:number>/", staff.run, name="staff_run"),
    path("trade/runs/<int:number>/progress/", staff.progress, name="staff_run_progress"),
    path("trade/runs/<int:number>/rejects.csv", staff.rejects, name="staff_run_rejects"),
    path("trade/releases/<int:number>/publish/", staff.publish, name="staff_release_publish"),
    path("trade/releases/<int:number>/withdraw/", staff.withdraw, name="staff_release_withdraw"),
]

urlpatterns = [
    path("", home.choose_language),
    path("healthz", home_api.health, name="healthz"),
    path("api/v1/", include("portal.api_urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include(PAGES)),
        path("data/", include(DATA)),
        path("desk/", home.desk, name="desk"),
        path("staff/", include(STAFF)),
        path("account/", include(ACCOUNT)),
    ),
]
