// Messages as packets, so that Wireshark shows them: pcapng (draft-ietf-opsawg-pcapng) with raw IP packets of UDP, from 10.0.x.y
// to 10.0.x.y by the numbers of the nodes, times in nanoseconds, what was said as readable JSON, and a comment a packet
// of what happened to it. A message is a packet when it is sent; one that is dropped is one more, with why in its comment.
#include "labs/exports/writers.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

constexpr std::uint16_t kPort = 7000;
constexpr std::size_t kLargest = 65'535 - 28;   // Of what is behind the headers of IP and UDP.

void put_u8(std::string& out, std::uint8_t v) { out += static_cast<char>(v); }
// Blocks are in the machine's order that their magic number shows: here always the little end first.
void put_little(std::string& out, std::uint64_t v, int bytes) {
  for (int i = 0; i < bytes; ++i) put_u8(out, static_cast<std::uint8_t>(v >> (8 * i)));
}
// What is on the wire has the big end first.
void put_big(std::string& out, std::uint64_t v, int bytes) {
  for (int i = bytes; i-- > 0;) put_u8(out, static_cast<std::uint8_t>(v >> (8 * i)));
}
void pad(std::string& out) {
  while (out.size() % 4 != 0) put_u8(out, 0);
}
void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  put_little(out, code, 2), put_little(out, value.size(), 2);
  out += value;
  pad(out);
}
void put_block(std::string& out, std::uint32_t type, std::string body) {
  pad(body);
  const auto size = static_cast<std::uint32_t>(body.size() + 12);
  put_little(out, type, 4), put_little(out, size, 4);
  out += body;
  put_little(out, size, 4);
}

// The internet checksum, RFC 1071.
std::uint16_t checksum(std::string_view bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t address(core::NodeId node) { return 10u << 24 | (node & 0xffffffu); }

std::string packet(core::NodeId from, core::NodeId to, std::string_view said) {
  said = said.substr(0, kLargest);
  std::string addresses;
  put_big(addresses, address(from), 4), put_big(addresses, address(to), 4);
  std::string udp;
  const std::size_t length = said.size() + 8;
  put_big(udp, kPort, 2), put_big(udp, kPort, 2), put_big(udp, length, 2);
  std::string summed = addresses;
  put_big(summed, 17, 2), put_big(summed, length, 2);
  summed += udp;
  put_big(summed, 0, 2);
  summed += said;
  const std::uint16_t sum = checksum(summed);
  put_big(udp, sum == 0 ? 0xffff : sum, 2);
  std::string ip;
  put_u8(ip, 0x45), put_u8(ip, 0), put_big(ip, length + 20, 2);
  put_big(ip, 0, 4);                               // No fragments.
  put_u8(ip, 64), put_u8(ip, 17);
  const std::string end = addresses;
  put_big(ip, checksum(ip + std::string(2, '\0') + end), 2);
  return ip + end + udp + std::string(said);
}

}  // namespace

void write_pcapng(Export& e) {
  std::string head, section, interface;
  put_little(section, 0x1a2b3c4d, 4), put_little(section, 1, 2), put_little(section, 0, 2), put_little(section, ~std::uint64_t{0}, 8);
  put_option(section, 4, e.run.header().program);   // shb_userappl
  put_option(section, 1, "lab " + e.run.header().lab + ", seed " + std::to_string(e.run.header().seed));
  put_little(section, 0, 4);
  put_block(head, 0x0a0d0d0a, section);
  put_little(interface, 101, 2), put_little(interface, 0, 2), put_little(interface, 0, 4);   // LINKTYPE_RAW, packets of any length.
  put_option(interface, 2, e.run.header().world);   // if_name
  put_option(interface, 9, std::string(1, '\x09'));   // if_tsresol: nanoseconds.
  put_little(interface, 0, 4);
  put_block(head, 1, interface);
  e.out.write(head);
  const std::int64_t began = e.run.began() ? e.run.began()->time_since_epoch().count() : 0;
  const Named named(e.run, put_json);
  Underway underway;
  e.each([&](std::string& out, const Event& event, core::BytesView body) {
    const auto dropped = underway.follow(event);
    const bool sent = event.kind == Kind::send;
    if (!sent && (event.kind != Kind::drop || !dropped)) return;
    const Event& message = sent ? event : *dropped;
    std::string said = sent ? "{\"type\":" : "{\"dropped\":";
    said += named.name(event.type);
    put_number(said += sent ? ",\"event\":" : ",\"message\":", sent ? event.id : event.ref);
    if (sent) put_json(said += ",\"body\":", e.body(event, body));
    said += '}';
    const std::string bytes = packet(message.node, message.peer, said);
    const auto at = static_cast<std::uint64_t>(began + event.at.time_since_epoch().count());
    std::string block;
    put_little(block, 0, 4), put_little(block, at >> 32, 4), put_little(block, at & 0xffffffffu, 4);
    put_little(block, bytes.size(), 4), put_little(block, bytes.size(), 4);
    block += bytes;
    pad(block);
    const std::string name = e.run.name(event.type);
    put_option(block, 1, sent ? name : "dropped: " + name);   // opt_comment
    put_little(block, 0, 4);
    put_block(out, 6, block);
  });
}

}  // namespace exports
