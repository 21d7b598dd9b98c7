#include "app/identity/key_source.hpp"

#include "app/identity/jwks_fetch.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace cruddur::app::identity {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t waiting_max = 1'024;
constexpr std::chrono::milliseconds age_max{24 * 60 * 60'000};

} // namespace

class key_source::implementation {
public:
    explicit implementation(key_source_params params)
        : params_{std::move(params)}
        , retry_{params_.retry_min} {
        if (!params_.jwks.starts_with("http")) {
            take(fetch(params_.jwks, {}, params_.fetch_timeout, stop_));
            if (!keys())
                throw std::runtime_error{
                    fmt::format("The key set {} is of no use: {}.", params_.jwks, failure_)};
        }
        thread_ = std::thread{[this] { run(); }};
    }

    ~implementation() {
        {
            const std::lock_guard lock{mutex_};
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
        complete_waits();
    }

    std::shared_ptr<const key_set> keys() const { return keys_.load(std::memory_order_acquire); }

    asio::awaitable<void> refresh() {
        // The wait ends on the caller's own loop.
        const auto executor = co_await asio::this_coro::executor;
        co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
            [this, executor](auto done) {
                auto shared = std::make_shared<decltype(done)>(std::move(done));
                std::function<void()> resume = [executor, shared] {
                    asio::post(executor, [shared] { (*shared)(); });
                };
                if (!await_fetch(resume)) resume();
            },
            asio::use_awaitable);
    }

    std::uint64_t fetches() const { return fetches_; }
    const task_report& report() const { return report_; }

private:
    // False where no fetch is under way nor allowed yet: then there is nothing to wait for.
    bool await_fetch(const std::function<void()>& resume) {
        const std::lock_guard lock{mutex_};
        if (stop_ || waiting_.size() >= waiting_max) return false;
        if (!fetching_ && clock::now() < allowed_) return false;
        if (report_.failing() && !keys()) {
            wanted_ = true;
            changed_.notify_all();
            return false;
        }
        waiting_.push_back(resume);
        wanted_ = true;
        changed_.notify_all();
        return true;
    }

    void complete_waits() {
        std::vector<std::function<void()>> done;
        {
            const std::lock_guard lock{mutex_};
            done.swap(waiting_);
        }
        for (const auto& resume : done)
            resume();
    }

    void run() {
        std::unique_lock lock{mutex_};
        while (!stop_) {
            changed_.wait_until(lock, due_, [this] { return stop_ || wanted_; });
            if (stop_) return;
            if (!wanted_ && clock::now() < due_) continue;
            fetching_ = true;
            lock.unlock();
            try {
                take(fetch(params_.jwks, params_.ca_file, params_.fetch_timeout, stop_));
            } catch (const std::exception& thrown) {
                const std::lock_guard relocked{mutex_};
                put_off(thrown.what());
            }
            lock.lock();
            fetching_ = false;
            wanted_ = false;
            lock.unlock();
            complete_waits();
            lock.lock();
        }
    }

    void take(const fetched& got) {
        ++fetches_;
        auto made = got.failure.empty() ? key_set::parse(got.body) : std::nullopt;
        const std::lock_guard lock{mutex_};
        const auto now = clock::now();
        allowed_ = now + params_.refetch_min;
        if (made) {
            const std::chrono::milliseconds told = got.max_age;
            due_ = now + std::clamp(told, params_.age_min, std::max(age_max, params_.age_min));
            retry_ = params_.retry_min;
            keys_.store(std::make_shared<const key_set>(std::move(*made)), std::memory_order_release);
            report_.succeeded();
            return;
        }
        put_off(got.failure.empty() ? "it is not a JSON Web Key Set with an RSA signature key" : got.failure);
    }

    // The next fetch, after one that failed. With the lock held.
    void put_off(std::string why) {
        failure_ = std::move(why);
        const auto now = clock::now();
        allowed_ = now + params_.refetch_min;
        due_ = now + retry_;
        const auto retry_max =
            keys() ? params_.refetch_min : std::min(params_.retry_max, params_.refetch_min);
        retry_ = std::min(retry_ * 2, std::max(retry_max, params_.retry_min));
        if (!keys()) allowed_ = now + params_.retry_min;
        if (stop_) return;
        report_.failed(failure_);
    }

    const key_source_params params_;
    std::atomic<std::shared_ptr<const key_set>> keys_;
    std::atomic<std::uint64_t> fetches_{0};
    std::atomic<bool> stop_{false};
    task_report report_{
        "keys", "Tokens are verified by the keys of the last fetch, and answered 503 before there were any"};

    std::mutex mutex_; // of all that follows
    std::condition_variable changed_;
    std::vector<std::function<void()>> waiting_;
    bool fetching_ = false;
    bool wanted_ = false;
    clock::time_point due_ = clock::now();     // the next fetch of its own
    clock::time_point allowed_ = clock::now(); // the next fetch that a token may ask for
    std::chrono::milliseconds retry_;
    std::string failure_;
    std::thread thread_;
};

key_source::key_source(key_source_params params)
    : implementation_{std::make_unique<implementation>(std::move(params))} {}
key_source::~key_source() = default;
std::shared_ptr<const key_set> key_source::keys() const {
    return implementation_->keys();
}
asio::awaitable<void> key_source::refresh() {
    return implementation_->refresh();
}
const task_report& key_source::report() const {
    return implementation_->report();
}
std::uint64_t key_source::fetches() const {
    return implementation_->fetches();
}

} // namespace cruddur::app::identity
