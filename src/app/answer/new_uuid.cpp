#include "app/answer/new_uuid.hpp"

#include "app/input/json_text.hpp"

#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <new>

namespace cruddur::app::answer {

std::string new_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data() + 6, 10) != 1) throw std::bad_alloc{};
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    auto ms = static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(now).count());
    for (std::size_t at = 6; at > 0; --at, ms >>= 8)
        bytes[at - 1] = static_cast<unsigned char>(ms & 0xff);
    bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f));
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
    std::string text;
    input::append_uuid(text, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return text;
}

} // namespace cruddur::app::answer
