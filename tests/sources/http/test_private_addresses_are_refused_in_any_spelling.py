"""No spelling of a private address is connected to: not one socket is opened for any of them."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.door import RefusedAddressError
from broadsheet.sources.http.addresses import AddressRules, embedded, is_public
from broadsheet.sources.http.guard import resolve as ask_the_system
from tests.sources.http.lines import Line, Make, Names


def words(text: str) -> list[str]:
    """The words of a table."""
    return text.split()


SPELLINGS = words("""
127.0.0.1 127.1 127.0.1 127.00.00.01 127.255.255.254 0 0.0.0.0 0.0 0x0 00000
2130706433 0x7f000001 0x7F000001 017700000001 0177.0.0.1 0177.0x0.0.1 0x7f.1 0x7f.0.0.0x1 127.0x1 127.65536
00000177.00000000.00000000.00000001 4294967295 255.255.255.255 256.0.0.1 127.0.0.1. 2130706433. 0x7f.1.
10.0.0.1 10.1 167772161 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 3232235521 0xc0a80001
169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 100.64.0.1 100.127.255.254
192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
[::] [::1] [0:0:0:0:0:0:0:1] [0000:0000::0001] [::127.0.0.1] [::7f00:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
[::FFFF:10.0.0.1] [0:0:0:0:0:ffff:c0a8:1] [::ffff:0:127.0.0.1] [::ffff:169.254.169.254]
[64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b::c0a8:0101] [64:ff9b:1::7f00:1] [64:ff9b:1:ffff::10.0.0.1]
[2002:7f00:1::] [2002:7f00:0001::1] [2002:a00:1::1] [2002:c0a8:101::] [2002:a9fe:a9fe::]
[2001:0:7f00:1::] [2001::f5ff:fffe] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001:10::1] [2001:db8::1] [3fff::1]
[fe80::1] [fe80::1%25eth0] [febf::1] [fec0::1] [fc00::1] [fd00:ec2::254] [fd12:3456:789a::1] [ff02::1] [ff0e::1]
[100::1] [2606:4700::5efe:10.0.0.1] [2606:4700::200:5efe:7f00:1] [4000::1] [5f00::1]
127.0.0.1:80 127.0.0.1:8000 [::1]:8000 10.0.0.1:65535 user@127.0.0.1 user:word@127.0.0.1 93.184.216.34@127.0.0.1
example.org@127.0.0.1 example.org:80@127.0.0.1 example.org\\@127.0.0.1 127.0.0.1\\@example.org @127.0.0.1
example.org%40127.0.0.1 127%2e0%2e0%2e1 %31%32%37.0.0.1 ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1
١٢٧.٠.٠.١ ⑯⑨。②⑤④。⑯⑨｡②⑤④ [::①] ０ｘ７ｆ.１ 127.0.0.1%00.example.org 127.0.0.1%0a
""")
LOCAL_NAMES = words("""
localhost localhost. LOCALHOST foo.localhost localhost.localdomain ip6-localhost ip6-loopback broadcasthost
ｌｏｃａｌｈｏｓｔ metadata.google.internal instance-data printer.local router.lan
""")
OTHER_SCHEMES = words("""
file:///etc/passwd ftp://127.0.0.1/ gopher://127.0.0.1:6379/_x dict://127.0.0.1/ unix:///run/x.sock data:,x
javascript:alert(1) //127.0.0.1/ 127.0.0.1 http:127.0.0.1 http:///127.0.0.1 https:\\127.0.0.1 jar:http://127.0.0.1!/
""")


def test_there_are_enough_of_them() -> None:
    assert len(set(SPELLINGS)) >= 100


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_is_refused_before_a_socket_is_opened(make_door: Make, spelling: str, scheme: str) -> None:
    line = Line()
    door = make_door(allowed=[], resolve=Names({}), backend=line)
    with pytest.raises(RefusedAddressError):
        door.get(f"{scheme}://{spelling}/feed")
    assert line.opened == []


@pytest.mark.parametrize("spelling", [one for one in SPELLINGS if set(one) <= set("0123456789.xXabcdefABCDEF")])
def test_the_connection_is_judged_whatever_the_first_wall_let_through(spelling: str) -> None:
    """The system's resolver reads C's notation; what it makes of the spelling is refused as well."""
    try:
        found = socket.getaddrinfo(spelling, 80, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return
    with pytest.raises(RefusedAddressError):
        AddressRules().check(spelling, 80, [ip_address(entry[4][0]) for entry in found])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fd00::1", "fe80::1%eth0"])
@pytest.mark.parametrize("name", LOCAL_NAMES)
def test_a_name_for_a_private_address_is_refused(make_door: Make, name: str, address: str) -> None:
    line = Line()

    def answer(host: str, port: int) -> list[str]:
        return [address]

    door = make_door(allowed=[], resolve=answer, backend=line)
    with pytest.raises(RefusedAddressError):
        door.get(f"http://{name}/feed")
    assert line.opened == []


@pytest.mark.parametrize("url", OTHER_SCHEMES)
def test_anything_but_a_web_address_is_refused(make_door: Make, url: str) -> None:
    line = Line()
    with pytest.raises(RefusedAddressError):
        make_door(allowed=[], resolve=Names({}), backend=line).get(url)
    assert line.opened == []


@pytest.mark.parametrize("port", [0, 1, 22, 25, 110, 143, 445, 587, 6000, 6667, 10080, 65536, -1])
def test_ports_of_other_protocols_are_refused(make_door: Make, port: int) -> None:
    line = Line()
    with pytest.raises(RefusedAddressError):
        make_door(allowed=[], resolve=Names({}), backend=line).get(f"http://papers.example.org:{port}/")
    assert line.opened == []


@pytest.mark.parametrize("port", [80, 443, 3000, 8080, 8443])
def test_ports_of_web_servers_are_not(port: int) -> None:
    AddressRules().check("papers.example.org", port, [ip_address("93.184.216.34")])


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1", "2a00:1450:4001::200e"],
)
def test_public_addresses_are_open(address: str) -> None:
    AddressRules().check("papers.example.org", 443, [ip_address(address)])


private_ipv4 = st.sampled_from(
    ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
).flatmap(lambda network: st.ip_addresses(network=network))


@given(private_ipv4)
def test_no_dress_of_a_private_address_is_open(address: IPv4Address) -> None:
    number = int(address)
    dresses = [
        address,
        *(IPv6Address(prefix << 32 | number) for prefix in (0, 0xFFFF, 0xFFFF0000, 0x64FF9B << 64, 0x64FF9B0001 << 48)),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
        IPv6Address(0x20010000 << 96 | number << 64),
        IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF)),
        IPv6Address(0x26064700 << 96 | 0x5EFE << 32 | number),
    ]
    for dress in dresses:
        with pytest.raises(RefusedAddressError):
            AddressRules().check("papers.example.org", 80, [dress])


@given(st.ip_addresses())
def test_what_is_open_is_global_in_all_its_parts(address: IPv4Address | IPv6Address) -> None:
    try:
        AddressRules().check("papers.example.org", 80, [address])
    except RefusedAddressError:
        return
    inner = getattr(address, "ipv4_mapped", None) or address
    for part in (inner, *embedded(inner)):
        assert is_public(part)
        assert not any((part.is_multicast, part.is_loopback, part.is_link_local, part.is_unspecified))


def test_the_system_resolver_gives_each_address_once() -> None:
    assert list(ask_the_system("127.0.0.1", 80)) == ["127.0.0.1"]
