#include "cloud/door/missing_operations.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

namespace cruddur::cloud::door {

void missing_operations::count(const std::string& service, const std::string& operation) {
    std::pair<std::string, std::string> name{service, operation};
    if (times_.size() >= names_max && !times_.contains(name)) name = {"", "others"};
    if (++times_[name] == 1) {
        spdlog::warn("local AWS does not have what was asked for: {} {}",
                     name.first.empty() ? "(no service named)" : name.first, name.second);
    }
}

std::string missing_operations::to_json() const {
    boost::json::array out;
    for (const auto& [name, times] : times_)
        out.push_back({{"service", name.first}, {"operation", name.second}, {"times", times}});
    return boost::json::serialize(boost::json::object{{"missing", std::move(out)}});
}

} // namespace cruddur::cloud::door
