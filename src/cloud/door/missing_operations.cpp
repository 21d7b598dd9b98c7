#include "cloud/door/missing_operations.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <span>

namespace cruddur::cloud::door {

namespace {

std::string name_of(const std::pair<std::string, std::string>& asked) {
    return fmt::format("{} {}", asked.first.empty() ? "(no service named)" : asked.first, asked.second);
}

} // namespace

void missing_operations::count(const wire::call& in) {
    std::pair<std::string, std::string> name{in.service, in.operation};
    if (times_.size() >= names_max && !times_.contains(name)) name = {"", "others"};
    if (++times_[name] == 1) {
        spdlog::warn("local AWS does not have what was asked for: {}", name_of(name));
    }
}

std::string missing_operations::to_json() const {
    boost::json::array out;
    for (const auto& [name, times] : times_)
        out.push_back({{"service", name.first}, {"operation", name.second}, {"times", times}});
    return boost::json::serialize(boost::json::object{{"missing", std::move(out)}});
}

std::vector<std::string> missing_operations::lines(std::size_t lines_max) const {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    all.reserve(times_.size());
    for (const auto& [name, times] : times_)
        all.emplace_back(times, name_of(name));
    std::ranges::sort(all, [](const auto& left, const auto& right) {
        return left.first == right.first ? left.second < right.second : left.first > right.first;
    });
    std::vector<std::string> out;
    for (const auto& [times, name] : std::span{all}.first(std::min(lines_max, all.size())))
        out.push_back(fmt::format("{} × {}", times, name));
    if (all.size() > lines_max) out.push_back(fmt::format("and {} others", all.size() - lines_max));
    return out;
}

} // namespace cruddur::cloud::door
