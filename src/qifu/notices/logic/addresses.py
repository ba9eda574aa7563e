"""Where a webhook may point: pure rules over an address that somebody typed or a name gave."""

import ipaddress
from urllib.parse import urlsplit

LONGEST = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".home.arpa")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(ValueError):
    """The address cannot be a webhook's; `why` is scheme, form, private or long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet: nothing of this house, none in between.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64, Teredo) count as what they carry.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if address in _NAT64:  # the way of an IPv6 network to the IPv4 address within
        return _open(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(_open(inner) for inner in (address, *_carried(address)))


def _open(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False  # fec0::/10: given up, but some networks still have it
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner: list[Address] = [
        found for found in (address.ipv4_mapped, address.sixtofour) if found is not None
    ]
    if address.teredo:
        inner += address.teredo
    return inner


def checked_url(text: str, *, private: bool) -> str:
    """The address as it will be asked. `private`: http and addresses of this house are allowed.

    Names are looked up only when something is sent; here a name that can only be local and an
    address in figures are refused. Raises BadAddress.
    """
    url = text.strip()
    if len(url) > LONGEST:
        raise BadAddress("long")
    if any(ord(sign) <= 32 or ord(sign) >= 127 for sign in url):
        raise BadAddress("form")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise BadAddress("form") from None
    if parts.scheme not in (("https", "http") if private else ("https",)):
        raise BadAddress("scheme")
    if not host or port == 0 or "@" in parts.netloc or parts.fragment or "\\" in url:
        raise BadAddress("form")
    if not private and not _may_be_public(host):
        raise BadAddress("private")
    return url


def _may_be_public(host: str) -> bool:
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(_LOCAL_NAMES):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        # figures only, in whatever notation, are an address and not a name
        return "." in name and not name.rpartition(".")[2].isdigit()
    return is_public(name)


def place_of(url: str) -> str:
    """Host and port of an address: deliveries to one place share its room."""
    return urlsplit(url).netloc.lower()
