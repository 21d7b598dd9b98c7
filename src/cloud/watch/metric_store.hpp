#pragma once

#include "cloud/ground/state.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::watch {

using ground::state;

using metric_dimensions = std::vector<std::pair<std::string, std::string>>;

struct metric {
    std::string region;
    std::string space; // its namespace, "AWS/RDS"
    std::string name;
    metric_dimensions dimensions; // by name, each name once
};

// What was measured within a span of time.
struct statistics {
    double samples = 0;
    double sum = 0;
    double min = 0;
    double max = 0;
    // Each value and how often it was there; empty where it is not known, or all were the same.
    std::vector<std::pair<double, double>> values;

    void add(const statistics& more);
    // Whether it is known what percentiles it has.
    [[nodiscard]] bool has_percentiles() const;
    // The value that `percent` of all values are not above.
    [[nodiscard]] double percentile(double percent) const;
};
[[nodiscard]] statistics statistics_of(double value, double times = 1);

struct metric_point {
    std::int64_t at_s = 0; // its beginning
    statistics what;
    std::string unit;
};

constexpr std::int64_t whole_span_s = 60; // of points that last; those of a second serve shorter periods

// The measurements of CloudWatch, in an SQLite file of their own: points of 60 seconds, which are kept for 15
// days, and of what was stored at high resolution points of a second as well, for three hours. A file that is
// full takes no more until something of it is too old. On the loop's thread alone.
class metric_store {
public:
    static constexpr std::int64_t series_max = 10'000;
    static constexpr std::int64_t file_bytes_max = 1L << 30;
    static constexpr std::chrono::days kept{15};
    static constexpr std::chrono::hours seconds_kept{3};

    // Opens or creates it in that folder, which is its own. Throws state_error.
    explicit metric_store(const std::filesystem::path& folder);

    // One measurement to be added; `at_ms` is any time within its span.
    struct measurement {
        metric of;
        std::string unit;
        std::int64_t at_ms = 0;
        statistics what;
        bool by_second = false;
    };
    // All of them, or, where it throws state_error or the refusal of too many metrics, none.
    void add(const std::vector<measurement>& all);

    // The points of a metric from `begin_s` to before `end_s`, by time: those of a second, or of 60. Of
    // several units, each has its points.
    [[nodiscard]] std::vector<metric_point> read(const metric& of, const std::optional<std::string>& unit,
                                                 std::int64_t begin_s, std::int64_t end_s, bool by_second);
    // Every metric of the region that has a point since then, by namespace, name and dimensions.
    [[nodiscard]] std::vector<metric> metrics_since(const std::string& region, std::int64_t since_ms);

    // Forgets what is too old.
    void prune(std::int64_t now_ms);

private:
    std::int64_t series_of(const metric& of, const std::string& unit, std::int64_t at_ms);
    void add_point(std::int64_t series, std::int64_t span_s, std::int64_t at_s, const statistics& more);

    state db_;
};

} // namespace cruddur::cloud::watch
