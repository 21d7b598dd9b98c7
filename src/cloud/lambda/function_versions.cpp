#include "cloud/lambda/function_versions.hpp"

#include <algorithm>
#include <random>

namespace cruddur::cloud::lambda {

namespace {

constexpr int colons_of_unqualified = 6; // arn:aws:lambda:REGION:ACCOUNT:function:NAME

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool happens(double probability) {
    thread_local std::mt19937_64 engine{std::random_device{}()};
    return std::uniform_real_distribution<double>{0, 1}(engine) < probability;
}

} // namespace

std::optional<std::string> version_of(ground::state& db, const std::string& function_arn,
                                      const std::string& qualifier, bool routed) {
    if (qualifier.empty() || qualifier == latest_version) return std::string{latest_version};
    if (is_number(qualifier)) {
        ground::rows found =
            db.query("select 1 from function_version where arn = ? and cast(version as text) = ?",
                     function_arn, qualifier);
        return found.next() ? std::optional{qualifier} : std::nullopt;
    }
    ground::rows found = db.query(
        "select version, routed_version, routed_percent from function_alias where arn = ? and name = ?",
        function_arn, qualifier);
    if (!found.next()) return std::nullopt;
    const bool elsewhere = routed && !found.is_null(1) && happens(std::stod(found.text(2)) / 100);
    return found.text(elsewhere ? 1 : 0);
}

qualified_arn split_arn(const std::string& arn) {
    std::size_t end = 0;
    for (int colons = 0; end < arn.size(); ++end) {
        if (arn[end] == ':' && ++colons > colons_of_unqualified) break;
    }
    return {arn.substr(0, end), end < arn.size() ? arn.substr(end + 1) : ""};
}

} // namespace cruddur::cloud::lambda
