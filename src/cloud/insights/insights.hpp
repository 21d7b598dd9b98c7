#pragma once

#include "cloud/insights/load_store.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::insights {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::find_object;
using wire::objects_of;
using wire::operation;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;
using wire::texts_of;

// Performance Insights: the load of DB instances.
[[nodiscard]] const wire::service& insights_service();

// What the files of Performance Insights share.

[[noreturn]] void refuse_argument(std::string message); // InvalidArgumentException

// The instance that the call names, which has Performance Insights; throws the refusal of one that has not.
[[nodiscard]] std::string instance_in(const call& in);

struct named_dimension {
    std::string_view name; // "db.wait_event.type"
    dimension of;
};
struct dimension_group {
    std::string_view name; // "db.wait_event"
    std::span<const named_dimension> dimensions;
};
[[nodiscard]] std::span<const dimension_group> dimension_groups();
[[nodiscard]] const dimension_group* find_group(std::string_view name);
[[nodiscard]] const named_dimension* find_dimension(std::string_view name);
// db.load.avg, by its two names.
[[nodiscard]] bool is_load(std::string_view metric);

// By what a load is told apart: a group of dimensions, or some of those, and how many of its keys are told.
struct grouping {
    std::vector<named_dimension> by;
    std::size_t limit = 10;
};
[[nodiscard]] grouping grouping_in(const json::object& given);

using dimension_values = std::map<std::string, std::string>;

// The load of one key, at each span of time of which something is known.
struct load_of_key {
    dimension_values key;
    std::map<std::int64_t, double> average; // by the span's beginning; where it has none, it was 0
    double total = 0;                       // average of all of the time
};
struct load {
    std::int64_t begin_s = 0;
    std::int64_t end_s = 0;
    std::int64_t period_s = 0;
    std::vector<std::int64_t> known; // spans of which something is known, by their beginnings
    load_of_key whole;
    std::vector<load_of_key> keys; // the greatest first
};
// What the call's StartTime, EndTime and PeriodInSeconds ask for, of the sessions whose dimensions have the
// filter's values, told apart by `by` where that has dimensions.
[[nodiscard]] load read_load(const call& in, const std::string& instance, const dimension_values& filter,
                             const std::vector<named_dimension>& by);
[[nodiscard]] dimension_values filter_in(const json::object& given);

// The operations, by file.
json::object get_resource_metrics(const call& in);
json::object describe_dimension_keys(const call& in);

json::object get_dimension_key_details(const call& in);
json::object get_resource_metadata(const call& in);
json::object list_available_resource_dimensions(const call& in);
json::object list_available_resource_metrics(const call& in);

} // namespace cruddur::cloud::insights
