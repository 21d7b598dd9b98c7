#include "cluster/download.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr long connect_timeout_s = 15;
constexpr long stalled_after_s = 30;
constexpr long stalled_below_bytes_s = 1'000;
constexpr long redirections_max = 5;
constexpr long status_partial = 206;

using file_handle = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

[[noreturn]] void fail(const char* verb, const path& file) {
    throw error(fmt::format("Cannot {} {}: {}.", verb, file.string(), std::strerror(errno)));
}

// One request, and the file that its answer goes to.
class transfer {
public:
    transfer(const download_params& params, path part)
        : params_{params}
        , part_{std::move(part)}
        , file_{std::fopen(part_.c_str(), "ab"), &std::fclose} {
        if (!file_) fail("write", part_);
        std::error_code unknown;
        begun_at_ = static_cast<std::int64_t>(std::filesystem::file_size(part_, unknown));
        if (unknown) fail("read", part_);
        done_ = begun_at_;
    }

    void run() {
        static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
        const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner{curl_easy_init(), curl_easy_cleanup};
        if (ready != CURLE_OK || !owner) throw error("libcurl does not start.");
        call_ = owner.get();
        set_up();
        const CURLcode outcome = curl_easy_perform(call_);
        long status = 0;
        curl_easy_getinfo(call_, CURLINFO_RESPONSE_CODE, &status);
        const bool written = std::fflush(file_.get()) == 0 && !failed_to_write_;
        file_.reset();
        tell(outcome, status, written);
    }

private:
    void set_up() {
        why_.resize(CURL_ERROR_SIZE);
        curl_easy_setopt(call_, CURLOPT_URL, params_.url.c_str());
        curl_easy_setopt(call_, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(call_, CURLOPT_REDIR_PROTOCOLS_STR,
                         params_.url.starts_with("https:") ? "https" : "http,https");
        curl_easy_setopt(call_, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(call_, CURLOPT_MAXREDIRS, redirections_max);
        curl_easy_setopt(call_, CURLOPT_FAILONERROR, 1L);
        curl_easy_setopt(call_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(call_, CURLOPT_ERRORBUFFER, why_.data());
        curl_easy_setopt(call_, CURLOPT_USERAGENT, "cruddur/" CRUDDUR_VERSION);
        curl_easy_setopt(call_, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
        curl_easy_setopt(call_, CURLOPT_LOW_SPEED_TIME, stalled_after_s);
        curl_easy_setopt(call_, CURLOPT_LOW_SPEED_LIMIT, stalled_below_bytes_s);
        if (begun_at_ > 0)
            curl_easy_setopt(call_, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(begun_at_));
        curl_easy_setopt(call_, CURLOPT_WRITEFUNCTION, &transfer::take);
        curl_easy_setopt(call_, CURLOPT_WRITEDATA, this);
        curl_easy_setopt(call_, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(call_, CURLOPT_XFERINFOFUNCTION, &transfer::look);
        curl_easy_setopt(call_, CURLOPT_XFERINFODATA, this);
    }

    static std::size_t take(char* bytes, std::size_t, std::size_t count, void* self) {
        return static_cast<transfer*>(self)->write(bytes, count);
    }
    static int look(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<transfer*>(self)->params_.stopping.stop_requested() ? 1 : 0;
    }

    std::size_t write(const char* bytes, std::size_t count) {
        long status = 0;
        curl_easy_getinfo(call_, CURLINFO_RESPONSE_CODE, &status);
        if (begun_at_ > 0 && status != status_partial) { // all of it comes again
            if (std::fflush(file_.get()) != 0 || ftruncate(fileno(file_.get()), 0) != 0)
                return stop_writing();
            begun_at_ = 0;
            done_ = 0;
        }
        if (done_ + static_cast<std::int64_t>(count) > params_.bytes) {
            is_too_much_ = true;
            return 0;
        }
        if (std::fwrite(bytes, 1, count, file_.get()) != count) return stop_writing();
        done_ += static_cast<std::int64_t>(count);
        if (params_.progress) params_.progress(done_);
        return count;
    }

    std::size_t stop_writing() {
        reason_ = errno;
        failed_to_write_ = true;
        return 0;
    }

    void tell(CURLcode outcome, long status, bool written) const {
        if (params_.stopping.stop_requested()) throw interrupted{"The download"};
        if (!written) {
            errno = reason_ != 0 ? reason_ : ENOSPC;
            fail("write", part_);
        }
        const bool is_past_its_end = outcome == CURLE_RANGE_ERROR || status == 416;
        if (is_too_much_ || is_past_its_end) {
            std::error_code ignored;
            std::filesystem::remove(part_, ignored);
            throw error(
                fmt::format("{} is not what was locked: it has more than {} bytes. Nothing of it was kept.",
                            params_.url, params_.bytes));
        }
        if (outcome == CURLE_OK) return;
        const char* const why = why_.front() != '\0' ? why_.c_str() : curl_easy_strerror(outcome);
        if (done_ == 0) {
            std::error_code ignored;
            std::filesystem::remove(part_, ignored);
            throw error(fmt::format("{} does not come: {}. Is the network up, and the registry the right one "
                                    "(npm config get registry)?",
                                    params_.url, why));
        }
        throw error(fmt::format("{} did not come whole: {}. {} of {} bytes are here, and the same command "
                                "goes on from there.",
                                params_.url, why, done_, params_.bytes));
    }

    const download_params& params_;
    path part_;
    file_handle file_;
    CURL* call_ = nullptr;
    std::string why_;
    std::int64_t begun_at_ = 0;
    std::int64_t done_ = 0;
    int reason_ = 0;
    bool is_too_much_ = false;
    bool failed_to_write_ = false;
};

} // namespace

std::string sha512_of(const path& file) {
    const file_handle opened{std::fopen(file.c_str(), "rb"), &std::fclose};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    if (!opened) fail("read", file);
    if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha512(), nullptr) != 1)
        throw error("There is no SHA-512.");
    std::vector<unsigned char> piece(std::size_t{256} * 1024);
    while (const auto got = std::fread(piece.data(), 1, piece.size(), opened.get()))
        EVP_DigestUpdate(digest.get(), piece.data(), got);
    if (std::ferror(opened.get()) != 0) fail("read", file);
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    EVP_DigestFinal_ex(digest.get(), raw.data(), &size);
    std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
    const int length = EVP_EncodeBlock(text.data(), raw.data(), static_cast<int>(size));
    return {text.begin(), text.begin() + length};
}

void download(const download_params& params) {
    const path part = params.file.string() + ".part";
    std::error_code missing;
    const auto there = std::filesystem::file_size(part, missing);
    if (!missing && there > static_cast<std::uintmax_t>(params.bytes)) remove_file(part);
    if (missing || there != static_cast<std::uintmax_t>(params.bytes)) transfer{params, part}.run();
    if (const auto found = sha512_of(part); found != params.sha512) {
        remove_file(part);
        throw error(fmt::format(
            "{} is not what was locked: its SHA-512 is {}, and {} was expected. Nothing of it was "
            "kept.",
            params.url, found, params.sha512));
    }
    replace_file(part, params.file);
}

} // namespace cruddur::cluster
