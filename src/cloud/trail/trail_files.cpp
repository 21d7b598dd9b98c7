#include "cloud/trail/trail_files.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cluster/files.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace cruddur::cloud::trail {

namespace {

constexpr std::int64_t events_a_file = 2'000;

std::string compressed(z_stream& stream, std::string_view text) {
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    // zlib only reads it; its interface is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error{"a text cannot be compressed"};
    out.resize(stream.total_out);
    return out;
}

struct file_key {
    std::string region;
    std::string day; // "2026/11/29"

    auto operator<=>(const file_key&) const = default;
};

std::string day_of(std::int64_t at_ms) {
    return fmt::format("{:%Y/%m/%d}", fmt::gmtime(static_cast<std::time_t>(at_ms / 1000)));
}

void write(const std::filesystem::path& folder, const kept_trail& of, const file_key& key,
           const std::string& records, std::int64_t now_ms) {
    std::filesystem::path where = folder / of.bucket / of.prefix / "AWSLogs" /
                                  std::string{ground::account_id} / "CloudTrail" / key.region / key.day;
    std::filesystem::create_directories(where);
    const std::string name = fmt::format(
        "{}_CloudTrail_{}_{:%Y%m%dT%H%MZ}_{}.json.gz", ground::account_id, key.region,
        fmt::gmtime(static_cast<std::time_t>(now_ms / 1000)),
        ground::random_text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"));
    cluster::write_file(where / name, gzip(fmt::format(R"({{"Records":[{}]}})", records)), 0600);
}

} // namespace

std::string gzip(std::string_view text) {
    z_stream stream{};
    constexpr int with_gzip_head = 15 + 16;
    constexpr int memory_level = 8;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, with_gzip_head, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error{"zlib does not start"};
    try {
        std::string out = compressed(stream, text);
        deflateEnd(&stream);
        return out;
    } catch (...) {
        deflateEnd(&stream);
        throw;
    }
}

bool deliver_files(event_store& from, const kept_trail& of, const std::filesystem::path& folder,
                   std::int64_t now_ms) {
    const auto before = from.delivery_of(of.arn());
    trail_delivery now = before.value_or(trail_delivery{});
    if (!before || before->started_ms != of.started_ms) {
        now.started_ms = of.started_ms;
        now.position = std::max(now.position, from.place_before(of.started_ms));
    }
    const std::vector<carried_event> events = events_after(from.db(), now.position, events_a_file);
    if (events.empty()) return false;
    std::map<file_key, std::string> files;
    for (const carried_event& each : events) {
        now.position = each.id;
        if (!of.has(each.at_ms, each.region, each.source)) continue;
        std::string& records = files[{each.region, day_of(each.at_ms)}];
        if (!records.empty()) records += ',';
        records += each.document;
    }
    try {
        for (const auto& [key, records] : files)
            write(folder, of, key, records, now_ms);
        if (!files.empty()) now.at_ms = now_ms;
        now.error.clear();
    } catch (const std::exception& failed) {
        trail_delivery same = before.value_or(trail_delivery{.started_ms = of.started_ms});
        same.error = failed.what();
        from.save_delivery(of.arn(), same);
        return false;
    }
    from.save_delivery(of.arn(), now);
    return std::cmp_equal(events.size(), events_a_file);
}

} // namespace cruddur::cloud::trail
