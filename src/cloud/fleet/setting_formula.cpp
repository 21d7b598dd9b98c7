#include "cloud/fleet/instance_settings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace cruddur::cloud::fleet {

namespace {

constexpr int depth_max = 8; // of formulas within formulas

// Reads a formula from its beginning on; what has been read is taken off.
class formula_reader {
public:
    formula_reader(std::string_view text, const formula_facts& facts)
        : left_{text}
        , facts_{facts} {}

    std::optional<double> whole() {
        const auto out = one();
        return out && left_.empty() && std::isfinite(*out) ? out : std::nullopt;
    }

private:
    bool take(std::string_view text) {
        if (!left_.starts_with(text)) return false;
        left_.remove_prefix(text.size());
        return true;
    }

    std::optional<double> number() {
        std::int64_t value = 0;
        const auto [end, failed] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
        if (failed != std::errc{} || value < 0) return std::nullopt;
        left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
        return static_cast<double>(value);
    }

    // What stands on one side of a sign.
    std::optional<double> operand() {
        for (const auto& [name, value] :
             {std::pair{"DBInstanceClassMemory", facts_.memory_bytes},
              std::pair{"DBInstanceVCPU", facts_.vcpus}, std::pair{"AllocatedStorage", facts_.storage_gib},
              std::pair{"EndPointPort", facts_.port}}) {
            if (take(name)) return static_cast<double>(value);
        }
        if (!take("log(")) return number();
        const auto of = product();
        return of && *of > 0 && take(")") ? std::optional{std::log2(*of)} : std::nullopt;
    }

    std::optional<double> product() {
        if (++depth_ > depth_max) return std::nullopt;
        auto out = operand();
        while (out && (left_.starts_with('*') || left_.starts_with('/'))) {
            const bool divides = take("/") || !take("*");
            const auto by = operand();
            if (!by || (divides && *by == 0)) return std::nullopt;
            out = divides ? *out / *by : *out * *by;
        }
        --depth_;
        return out;
    }

    template<class Combine>
    std::optional<double> combined(Combine combine) {
        auto out = one();
        while (out && take(",")) {
            const auto next = one();
            out = next ? std::optional{combine(*out, *next)} : std::nullopt;
        }
        return out && take(")") ? out : std::nullopt;
    }

    std::optional<double> one() {
        if (++depth_ > depth_max) return std::nullopt;
        std::optional<double> out;
        if (take("{")) {
            out = product();
            if (!take("}")) out.reset();
        } else if (take("GREATEST(")) {
            out = combined([](double a, double b) { return std::max(a, b); });
        } else if (take("LEAST(")) {
            out = combined([](double a, double b) { return std::min(a, b); });
        } else if (take("SUM(")) {
            out = combined([](double a, double b) { return a + b; });
        } else {
            out = number();
        }
        --depth_;
        return out;
    }

    std::string_view left_;
    const formula_facts& facts_;
    int depth_ = 0;
};

} // namespace

formula_facts facts_for(const db_instance& of) {
    const instance_class* const size = find_class(of.instance_class);
    formula_facts out;
    if (size != nullptr) {
        out.memory_bytes = size->memory_mib * std::int64_t{1024} * 1024;
        out.vcpus = size->vcpus;
    }
    out.storage_gib = of.allocated_storage;
    out.port = of.port;
    return out;
}

bool is_formula(std::string_view value) {
    return value.find('{') != std::string_view::npos || value.starts_with("GREATEST(") ||
           value.starts_with("LEAST(") || value.starts_with("SUM(");
}

std::optional<std::int64_t> evaluate_formula(std::string_view formula, const formula_facts& with) {
    std::string text{formula};
    std::erase(text, ' ');
    const auto value = formula_reader{text, with}.whole();
    constexpr double most = 9e18;
    if (!value || *value < 0 || *value > most) return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

name_values computed(name_values settings, const formula_facts& with) {
    name_values out;
    for (auto& [name, value] : settings) {
        // A text may hold a brace and be no formula at all.
        if (const auto number = is_formula(value) ? evaluate_formula(value, with) : std::nullopt)
            value = std::to_string(*number);
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

} // namespace cruddur::cloud::fleet
