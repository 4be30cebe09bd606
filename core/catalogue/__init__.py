"""The catalogue of tradable goods, with grades, units and certificates: data from files, as typed objects."""

from core.catalogue.loader import load
from core.catalogue.model import Catalogue
from core.catalogue.schema import Grade, Product, Scheme, Status

__all__ = ["Catalogue", "Grade", "Product", "Scheme", "Status", "load"]
