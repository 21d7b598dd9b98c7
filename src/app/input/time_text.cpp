#include "app/input/time_text.hpp"

#include <algorithm>

namespace cruddur::app::input {
namespace {

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

// Takes pieces off the front of a text, until one is not there.
class piecewise {
public:
    explicit piecewise(std::string_view text)
        : rest_{text} {}

    int digits(std::size_t count, int least, int most) {
        int value = 0;
        for (std::size_t at = 0; at < count; ++at) {
            if (at >= rest_.size() || !is_digit(rest_[at])) return fail();
            value = value * 10 + (rest_[at] - '0');
        }
        rest_.remove_prefix(count);
        return value < least || value > most ? fail() : value;
    }
    // One letter of these.
    char letter(std::string_view of) {
        if (rest_.empty() || of.find(rest_.front()) == std::string_view::npos)
            return static_cast<char>(fail());
        const char taken = rest_.front();
        rest_.remove_prefix(1);
        return taken;
    }
    // Where a point follows, what stands behind it.
    std::chrono::microseconds fraction() {
        if (!rest_.starts_with('.')) return {};
        rest_.remove_prefix(1);
        const auto size = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
        if (size == 0) fail();
        int value = 0;
        for (std::size_t at = 0; at < 6; ++at)
            value = value * 10 + (at < size ? rest_[at] - '0' : 0);
        rest_.remove_prefix(size);
        return std::chrono::microseconds{value};
    }
    [[nodiscard]] bool whole() const { return holds_ && rest_.empty(); }

private:
    int fail() {
        holds_ = false;
        return 0;
    }

    std::string_view rest_;
    bool holds_ = true;
};

} // namespace

std::optional<std::chrono::microseconds> time_of(std::string_view text) {
    using namespace std::chrono;
    piecewise from{text};
    const int year = from.digits(4, 0, 9'999);
    from.letter("-");
    const int month = from.digits(2, 1, 12);
    from.letter("-");
    const int day = from.digits(2, 1, 31);
    from.letter("Tt");
    const hours hour{from.digits(2, 0, 23)};
    from.letter(":");
    const minutes minute{from.digits(2, 0, 59)};
    from.letter(":");
    const seconds second{from.digits(2, 0, 60)}; // a leap second
    const microseconds fraction = from.fraction();
    const char zone = from.letter("Zz+-");
    minutes offset{};
    if (zone == '+' || zone == '-') {
        offset = hours{from.digits(2, 0, 23)};
        from.letter(":");
        offset += minutes{from.digits(2, 0, 59)};
        if (zone == '-') offset = -offset;
    }
    const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (!from.whole() || !date.ok()) return std::nullopt;
    const auto days = sys_days{date}.time_since_epoch();
    return std::max<microseconds>(days + hour + minute + second + fraction - offset, microseconds::zero());
}

} // namespace cruddur::app::input
