"""What can be traded, in which grades and units and under which certificates: data from files, as typed objects."""

from core.catalogue.facts import Grade, Product, Scheme, Status
from core.catalogue.model import Catalogue
from core.catalogue.reading import load

__all__ = ["Catalogue", "Grade", "Product", "Scheme", "Status", "load"]
