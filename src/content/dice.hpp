#pragma once

#include <cmath>
#include <cstdint>

namespace cruddur::content {

// Throws that depend on the seed, on what they are for and on whose they are, and on nothing else: so any
// part of a world can be made again, in any order, the same on every machine.
class dice {
public:
    dice(std::uint64_t seed, std::uint64_t purpose, std::uint64_t index)
        : state_{mixed(mixed(seed + 0x9e37'79b9'7f4a'7c15 * purpose) ^ index)} {}

    std::uint64_t bits() { return mixed(state_ += 0x9e37'79b9'7f4a'7c15); }
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((bits() >> 32) * limit >> 32);
    }
    // In [0, 1).
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    // Pareto's distribution, rounded down: few are far greater than most, as fame is. At most `limit`.
    std::uint32_t heavy(double scale, double exponent, std::uint32_t limit) {
        const double drawn = scale * std::pow(1.0 - unit(), -1.0 / exponent);
        return drawn < limit ? static_cast<std::uint32_t>(drawn) : limit;
    }

    // The finalizer of SplitMix64.
    static std::uint64_t mixed(std::uint64_t value) {
        value = (value ^ value >> 30) * 0xbf58'476d'1ce4'e5b9;
        value = (value ^ value >> 27) * 0x94d0'49bb'1331'11eb;
        return value ^ value >> 31;
    }

private:
    std::uint64_t state_;
};

} // namespace cruddur::content
