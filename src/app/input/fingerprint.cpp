#include "app/input/fingerprint.hpp"

#include "app/input/sha256.hpp"

#include <fmt/format.h>

namespace cruddur::app::input {

std::string fingerprint(std::initializer_list<std::string_view> texts) {
    const std::string all = fmt::format("{}", fmt::join(texts, std::string_view{"\0", 1}));
    return fmt::format("{:02x}", fmt::join(sha256(all), ""));
}

} // namespace cruddur::app::input
