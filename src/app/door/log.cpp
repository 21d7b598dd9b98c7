#include "app/door/log.hpp"

#include <boost/beast/http/verb.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <climits>
#include <fmt/chrono.h>
#include <spdlog/async.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

namespace cruddur::app::door {
namespace {

// Stands between a message, the names and the values; no text of ours holds it, and others' has it taken out.
constexpr char separator = '\x1f';
constexpr char number_mark = '\x1e';
constexpr std::size_t queue_lines = 8'192;
constexpr unsigned warnings_a_second = 10;

std::string time_of(std::chrono::system_clock::time_point at) {
    const auto us = std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(us / 1'000'000)),
                       us % 1'000'000);
}

std::string in_quotes(std::string_view text) {
    return boost::json::serialize(boost::json::string{text});
}

std::string_view take(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

std::string clean(std::string_view text) {
    std::string made{text};
    for (char& letter : made)
        if (letter >= 0 && letter < ' ') letter = ' ';
    return made;
}

class formatter : public spdlog::formatter {
public:
    explicit formatter(log_format format)
        : format_{format} {}
    void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
        const auto level = spdlog::level::to_string_view(line.level);
        const std::string text = render_line(format_, line.time, {level.data(), level.size()},
                                             {line.payload.data(), line.payload.size()});
        out.append(text.data(), text.data() + text.size());
        out.push_back('\n');
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<formatter>(format_);
    }

private:
    log_format format_;
};

// Standard error, which may be a pipe that nobody reads any more: a line that it does not take is dropped, so
// that neither the program nor its end waits for a reader.
class standard_error : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        spdlog::memory_buf_t text;
        formatter_->format(line, text);
        std::string_view rest{text.data(), text.size()};
        while (!rest.empty()) {
            pollfd ready{STDERR_FILENO, POLLOUT, 0};
            stuck_ = ::poll(&ready, 1, stuck_ ? 0 : patience_ms) != 1;
            if (stuck_) return;
            // A pipe that is ready takes this much without a wait.
            const auto written =
                ::write(STDERR_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
            if (written <= 0) return;
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void flush_() override {}

private:
    static constexpr int patience_ms = 500;
    bool stuck_ = false;
};

} // namespace

std::string render_line(log_format format, std::chrono::system_clock::time_point at, std::string_view level,
                        std::string_view message) {
    const std::string text = clean(take(message));
    std::string line = format == log_format::json ? fmt::format(R"({{"time":"{}","level":"{}","msg":{})",
                                                                time_of(at), level, in_quotes(text))
                                                  : fmt::format("{} {:<8} {}", time_of(at), level, text);
    while (!message.empty()) {
        const auto name = take(message);
        auto value = take(message);
        const bool number = value.starts_with(number_mark);
        if (number) value.remove_prefix(1);
        if (format == log_format::human)
            line += fmt::format(" {}={}", name, clean(value));
        else
            line += fmt::format(",\"{}\":{}", name, number ? std::string{value} : in_quotes(clean(value)));
    }
    if (format == log_format::json) line += '}';
    return line;
}

std::string with_fields(std::string_view message, const std::vector<log_field>& fields) {
    std::string made = clean(message);
    for (const auto& field : fields) {
        made.append(1, separator).append(field.name).append(1, separator);
        if (field.number) made += number_mark;
        made += clean(field.value);
    }
    return made;
}

void set_up_logs(log_format format) {
    spdlog::init_thread_pool(queue_lines, 1);
    auto sink = std::make_shared<standard_error>();
    auto logger = std::make_shared<spdlog::async_logger>("cruddur", std::move(sink), spdlog::thread_pool(),
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_formatter(std::make_unique<formatter>(format));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void flush_logs() {
    spdlog::shutdown();
}

request_log::request_log(std::chrono::milliseconds slow, bool every)
    : slow_{slow}
    , every_{every} {}

bool request_log::may_warn() {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds{1}) {
        if (left_out_ > 0)
            spdlog::warn("{} more failed or slow requests were left out of the log", left_out_);
        second_ = now;
        in_second_ = 0;
        left_out_ = 0;
    }
    if (++in_second_ <= warnings_a_second) return true;
    ++left_out_;
    return false;
}

void request_log::observe(const http::exchange& finished) {
    const bool failed = finished.status >= 500;
    const bool slow = finished.duration >= slow_;
    if (!every_ && !failed && !slow) return;
    if ((failed || slow) && !may_warn()) return;
    const std::string_view method = boost::beast::http::to_string(finished.what.method);
    const double ms = std::chrono::duration<double, std::milli>(finished.duration).count();
    std::vector<log_field> fields{{"method", std::string{method}},
                                  {"route", std::string{finished.route.empty() ? "none" : finished.route}},
                                  {"status", std::to_string(finished.status), true},
                                  {"duration_ms", fmt::format("{:.3f}", ms), true},
                                  {"bytes", std::to_string(finished.body_bytes), true},
                                  {"request_id", std::string{finished.what.id}},
                                  {"peer", std::string{finished.what.peer}}};
    // A traceparent is version, trace id, parent id and flags: 00-<32>-<16>-<2>.
    if (!finished.what.traceparent.empty()) {
        fields.push_back({"trace_id", std::string{finished.what.traceparent.substr(3, 32)}});
        fields.push_back({"trace_flags", std::string{finished.what.traceparent.substr(53, 2)}});
    }
    const auto level = failed || slow ? spdlog::level::warn : spdlog::level::info;
    const std::string_view what = failed ? "request failed" : slow ? "request was slow" : "request";
    spdlog::log(level, "{}", with_fields(what, fields));
}

} // namespace cruddur::app::door
