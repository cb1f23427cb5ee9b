"""Every address of the public API, version 1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.home import api as home
from reference.api import views as reference
from trade.api import views as trade

app_name = "api"
urlpatterns = [
    path("", home.Root.as_view(), name="root"),
    path("data/", trade.CubeView.as_view(), name="data"),
    path("datasets/", trade.DatasetList.as_view(), name="datasets"),
    path("releases/", trade.ReleaseList.as_view(), name="releases"),
    path("regions/", reference.RegionList.as_view(), name="regions"),
    path("regions/<str:code>/", reference.RegionDetail.as_view(), name="region"),
    path("products/", reference.ProductList.as_view(), name="products"),
    path("products/<str:code>/", reference.ProductDetail.as_view(), name="product"),
    path("countries/", reference.CountryList.as_view(), name="countries"),
    path("countries/<str:code>/", reference.CountryDetail.as_view(), name="country"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
