#pragma once

#include "cloud/watch/metric_store.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::watch {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::find_list;
using wire::find_object;
using wire::objects_of;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;
using wire::texts_of;

// CloudWatch's metrics and alarms.
[[nodiscard]] const wire::service& watch_service();
[[nodiscard]] ground::service_migrations watch_migrations();

// What the files of CloudWatch share.

[[nodiscard]] std::int64_t milliseconds_of(std::chrono::system_clock::time_point at);
[[nodiscard]] double number_of(const json::object& input, std::string_view name);
[[nodiscard]] metric_dimensions dimensions_in(const json::object& input);
[[nodiscard]] json::array described_dimensions(const metric_dimensions& all);
// The metric that an input's Namespace, MetricName and Dimensions name.
[[nodiscard]] metric metric_in(const json::object& input, const std::string& region);
[[noreturn]] void refuse_value(std::string message);       // InvalidParameterValue
[[noreturn]] void refuse_combination(std::string message); // InvalidParameterCombination
[[noreturn]] void refuse_input(std::string message);       // ValidationError

// "Average", "Sum", "Minimum", "Maximum", "SampleCount", and percentiles from "p0" to "p100".
[[nodiscard]] bool is_statistic(std::string_view name);
[[nodiscard]] bool is_percentile(std::string_view name);
// nullopt where it is not known.
[[nodiscard]] std::optional<double> value_of(const statistics& of, std::string_view name);
// Those points together that lie in the same period, counted from `begin_s` on. Of several units, each has
// its own.
[[nodiscard]] std::vector<metric_point> by_period(const std::vector<metric_point>& all, std::int64_t begin_s,
                                                  std::int64_t period_s);

// The operations, by file.
json::object put_metric_data(const call& in);
json::object get_metric_statistics(const call& in);
json::object get_metric_data(const call& in);
json::object list_metrics(const call& in);

json::object put_metric_alarm(const call& in);
json::object delete_alarms(const call& in);
json::object set_alarm_state(const call& in);
json::object enable_alarm_actions(const call& in);
json::object disable_alarm_actions(const call& in);

json::object describe_alarms(const call& in);
json::object describe_alarms_for_metric(const call& in);
json::object describe_alarm_history(const call& in);

} // namespace cruddur::cloud::watch
