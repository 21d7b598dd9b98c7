#include "cloud/rds/log_exports.hpp"

#include "cloud/fleet/instance_settings.hpp"
#include "cloud/rds/rds_records.hpp"
#include "cloud/wire/model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <optional>
#include <sstream>

namespace cruddur::cloud::rds {

namespace {

constexpr auto turn_every = std::chrono::seconds(1);
constexpr auto clean_every = std::chrono::seconds(5);
constexpr std::size_t part_bytes = 256UL * 1024; // of a file, a turn: the loop has more to do
constexpr std::int64_t retention_minutes = 4320; // where no parameter group says anything else

// "2026-11-28 23:34:17 UTC", as log_line_prefix has it, with or without a part of the second.
std::optional<std::int64_t> time_of(std::string_view line) {
    constexpr std::size_t length = 19;
    if (line.size() < length || line[4] != '-' || line[10] != ' ' || line[13] != ':') return std::nullopt;
    std::tm parts{};
    std::istringstream text{std::string{line.substr(0, length)}};
    text >> std::get_time(&parts, "%Y-%m-%d %H:%M:%S");
    if (text.fail()) return std::nullopt;
    std::int64_t ms = 0;
    if (line.size() > length + 4 && line[length] == '.')
        std::from_chars(line.data() + length + 1, line.data() + length + 4, ms);
    return static_cast<std::int64_t>(timegm(&parts)) * 1000 + ms;
}

std::int64_t ms_of(std::filesystem::file_time_type at) {
    const auto since = std::chrono::file_clock::to_sys(at).time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

} // namespace

std::vector<log_file> log_files_in(const std::filesystem::path& folder) {
    std::vector<log_file> out;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        std::error_code gone; // deleted just now
        const auto bytes = entry.file_size(gone);
        const auto written = entry.last_write_time(gone);
        if (gone) continue;
        out.push_back({entry.path(), "error/" + entry.path().filename().string(),
                       static_cast<std::int64_t>(bytes), ms_of(written)});
    }
    std::ranges::sort(out, {}, &log_file::name);
    return out;
}

std::string read_part(const std::filesystem::path& file, std::int64_t from, std::size_t bytes_max) {
    std::ifstream in{file, std::ios::binary};
    in.seekg(from);
    std::string out(bytes_max, '\0');
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    return out;
}

std::vector<logs::log_line> events_of(std::string_view lines, std::int64_t now_ms) {
    std::vector<logs::log_line> out;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        const auto at = time_of(line);
        if (at || out.empty())
            out.push_back({at.value_or(now_ms), std::string{line}});
        else
            out.back().message += fmt::format("\n{}", line);
    }
    return out;
}

log_exports::log_exports(const boost::asio::any_io_executor& loop, ground::state& db,
                         const fleet::instances& of)
    : db_{db}
    , instances_{of}
    , timer_{loop} {}

void log_exports::start() {
    arm();
}

void log_exports::stop() {
    stopped_ = true;
    timer_.cancel();
}

void log_exports::arm() {
    timer_.expires_after(turn_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        turn();
        arm();
    });
}

void log_exports::turn() {
    const auto at = std::chrono::steady_clock::now();
    const bool cleans = at >= next_cleaning_;
    if (cleans) next_cleaning_ = at + clean_every;
    attempts_.turn("Looking after logs of DB instances", [&] {
        for (const fleet::db_instance& each : fleet::all_instances(db_)) {
            attempts_.step(fmt::format("Looking after the log of DB instance {}", each.identifier), [&] {
                if (cleans) forget_old_files(each);
                if (wire::is_word_of("postgresql", attribute_of(db_, each.resource_id, "log-exports")))
                    carry(each);
            });
        }
    });
}

void log_exports::carry(const fleet::db_instance& of) {
    for (const log_file& file : log_files_in(instances_.log_folder(of)))
        carry_file(of, file);
}

// What has been carried of each file is written down with the events, so that none is there twice.
void log_exports::carry_file(const fleet::db_instance& of, const log_file& file) {
    std::int64_t carried = 0;
    {
        ground::rows found = db_.query("select carried from db_log_export where resource_id = ? and file = ?",
                                       of.resource_id, file.name);
        if (found.next()) carried = found.integer(0);
    }
    if (file.bytes <= carried) return;
    std::string part = read_part(file.path, carried, part_bytes);
    const std::size_t end = part.rfind('\n');
    if (end == std::string::npos && part.size() < part_bytes) return; // a line that is being written
    if (end != std::string::npos) part.resize(end + 1);
    const std::int64_t now = instances_.now();
    const std::string group = fmt::format("/aws/rds/instance/{}/postgresql", of.identifier);
    const std::string stream = of.identifier + ".0";
    ground::transaction whole{db_};
    logs::ensure_log_stream(db_, of.region, group, stream, now);
    logs::append_log(db_, of.region, group, stream, events_of(part, now), now);
    db_.run("insert into db_log_export (resource_id, file, carried) values (?, ?, ?) "
            "on conflict (resource_id, file) do update set carried = excluded.carried",
            of.resource_id, file.name, carried + static_cast<std::int64_t>(part.size()));
    whole.commit();
}

void log_exports::forget_old_files(const fleet::db_instance& of) {
    const std::string asked = fleet::value_of(
        fleet::settings_of(db_, of.resource_id, fleet::setting_stage::in_effect), "rds.log_retention_period");
    std::int64_t minutes = retention_minutes;
    std::from_chars(asked.data(), asked.data() + asked.size(), minutes);
    const std::int64_t oldest = instances_.now() - minutes * fleet::ms_per_minute;
    for (const log_file& file : log_files_in(instances_.log_folder(of))) {
        if (file.written_at_ms >= oldest) continue;
        std::error_code failed; // tried again
        std::filesystem::remove(file.path, failed);
        db_.run("delete from db_log_export where resource_id = ? and file = ?", of.resource_id, file.name);
    }
}

} // namespace cruddur::cloud::rds
