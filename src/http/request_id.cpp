#include "http/request_id.hpp"

#include "http/negotiation.hpp"

#include <cstdint>
#include <random>

namespace cruddur::http {
namespace {

// splitmix64: ids need to differ, not to be secret, and cost no system call.
std::uint64_t next_random() {
    thread_local std::uint64_t state =
        (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
    std::uint64_t mixed = state += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

} // namespace

void identify(request& request, std::array<char, 16>& room) {
    const auto trace = request.field("traceparent");
    request.traceparent = trace && is_traceparent(*trace) ? *trace : std::string_view{};
    if (const auto given = request.field("x-request-id"); given && is_request_id(*given)) {
        request.id = *given;
        return;
    }
    auto random = next_random();
    for (char& digit : room) {
        digit = "0123456789abcdef"[random & 0xFU];
        random >>= 4U;
    }
    request.id = {room.data(), room.size()};
}

} // namespace cruddur::http
