#include "cloud/fleet/instances.hpp"

#include "cloud/fleet/admission.hpp"
#include "cloud/fleet/followers.hpp"
#include "cloud/fleet/gate.hpp"
#include "cloud/fleet/instance_address.hpp"
#include "cloud/fleet/instance_catalogue.hpp"
#include "cloud/fleet/instance_job.hpp"
#include "cloud/fleet/instance_schedule.hpp"
#include "cloud/fleet/instance_settings.hpp"
#include "cloud/fleet/snapshot_copies.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/ground/authorities.hpp"
#include "cloud/ground/back_off.hpp"
#include "cloud/ground/owed_writes.hpp"
#include "cloud/ground/vault.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <stop_token>
#include <utility>

namespace cruddur::cloud::fleet {

namespace {

constexpr std::size_t workers = 4;
constexpr auto tick = std::chrono::milliseconds(200); // how soon a server's death is seen
constexpr auto schedule_every = std::chrono::seconds(1);
constexpr auto check_standbys_every = std::chrono::seconds(5);
constexpr int untold_failures = 2; // to bring an instance up, before its status tells of them
constexpr auto standby_pause = std::chrono::seconds(5); // after a first one that could not be made
constexpr auto standby_pause_max = std::chrono::minutes(5);
constexpr auto crash_loop = std::chrono::seconds(1); // a server that dies sooner was never well

bool brings_up(job_kind kind) {
    return kind == job_kind::bring_up || kind == job_kind::restart;
}

// A look at replication, of which nothing is written down.
bool is_look(job_kind kind) {
    return kind == job_kind::follow || kind == job_kind::check_replica;
}

} // namespace

class instances::implementation {
public:
    implementation(boost::asio::io_context& loop, state& db, instances_params params)
        : loop_{loop}
        , db_{db}
        , params_{std::move(params)}
        , authorities_{params_.folder.parent_path() / "authority", params_.bundle_file}
        , vault_{params_.folder.parent_path()}
        , admission_{params_.origin_of}
        , followers_{{params_.folder.parent_path() / "wal", params_.folder, vault_, [this] { return now(); },
                      [this](const std::string& id, const std::string& told) {
                          boost::asio::post(loop_, [this, id, told] { owe_record(id, "backup", told); });
                      }}}
        , timer_{loop}
        , owed_{loop.get_executor()}
        , copies_{loop, db, {snapshot_file(""), vault_, owed_, [this] { return now(); }}}
        , pool_{workers} {}

    ~implementation() { pool_.join(); }

    // What cannot be read now is read at the next beat: the change itself stands.
    void read_rules() {
        knows_rules_ = false;
        attempts_.turn("Reading the security groups' rules", [&] {
            admission_.refresh(db_);
            knows_rules_ = true;
        });
    }

    [[nodiscard]] std::string bundle() const { return authorities_.bundle(); }

    [[nodiscard]] std::filesystem::path log_folder(const db_instance& of) const {
        return instance_log_folder(node_folder(params_.folder / of.resource_id, static_cast<int>(of.node)));
    }

    void start() {
        read_rules();
        // What is said to be available takes connections from the first answer on: they wait for the server.
        for (const db_instance& one : all_instances(db_)) {
            if (one.status == "available" || one.status == "backing-up" || one.status == "modifying" ||
                one.status == "resetting-master-credentials" || one.status == "rebooting" ||
                one.status == "upgrading" || one.status == configuring_iam_status) {
                (void)shut_gate(one, job_kind::restart); // where it fails, the job that follows tells
            }
        }
        wake({});
        arm();
    }

    void wake(const std::string& resource_id) {
        boost::asio::post(loop_, [this, resource_id] {
            if (const auto found = retries_.find(resource_id); found != retries_.end()) found->second.hurry();
            look();
        });
    }

    void stop(std::function<void()> done) {
        stopping_ = true;
        done_ = std::move(done);
        timer_.cancel();
        interrupt_.request_stop();
        copies_.stop();
        for (const auto& [id, mine] : gates_)
            if (mine) mine->close();
        for (const auto& [id, process] : processes_)
            stop_for_now(id);
        owed_.close();
        settle();
    }

    [[nodiscard]] std::string status_of(const db_instance& what) const {
        const auto owed = owed_status_.find(what.resource_id);
        return owed == owed_status_.end() ? what.status : owed->second;
    }

    [[nodiscard]] epoch_ms now() const {
        const auto at = std::chrono::system_clock::now() + params_.clock_ahead;
        return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    }

    [[nodiscard]] const engine_choice& engines() const { return params_.engines; }

    std::optional<std::string> free_address(const std::string& region, const std::string& identifier,
                                            std::int64_t port) {
        const auto name = fmt::format("{}/{}/{}", params_.folder.string(), region, identifier);
        return find_free_address(db_, name, port);
    }

    [[nodiscard]] const followers& following() const { return followers_; }

private:
    void arm() {
        timer_.expires_after(tick);
        timer_.async_wait([this](const boost::system::error_code& cancelled) {
            if (cancelled || stopping_) return;
            beat();
            arm();
        });
    }

    // What no operation tells of: servers that died, and what is due by the clock.
    void beat() {
        bool news = false;
        for (auto& [id, process] : processes_) {
            if (!busy_.contains(id)) news = has_died(id, *process) || news;
        }
        if (!knows_rules_) read_rules();
        const auto at = ground::back_off::clock::now();
        if (at >= next_schedule_) {
            next_schedule_ = at + schedule_every;
            attempts_.turn("Beginning what is due", [&] { news = begin_what_is_due(db_, now()) || news; });
            attempts_.turn("Looking after archives", [&] { news = followers_.archives.beat(db_) || news; });
        }
        if (at >= next_check_) {
            next_check_ = at + check_standbys_every;
            attempts_.turn("Looking after the standbys", [&] { check_standbys(); });
            news = true;
        }
        for (const auto& [id, retry] : retries_)
            news = news || (retry.is_due(at) && !busy_.contains(id));
        if (news) look();
    }

    bool has_died(const std::string& id, instance_process& process) {
        bool any = false;
        if (process.standby && !process.standby->running()) {
            spdlog::warn("the standby of {} has died", id);
            process.in_sync = false;
            process.standby.reset();
            any = true;
        }
        if (!process.server || process.server->running()) return any;
        spdlog::warn("the server of {} has died", id);
        followers_.ended(id);
        if (const auto mine = gates_.find(id); mine != gates_.end() && mine->second) mine->second->pause();
        if (process.may_fail_over()) return true;
        process.server.reset();
        const auto at = ground::back_off::clock::now();
        if (const auto up = up_since_.find(id); up != up_since_.end() && at < up->second + crash_loop)
            retries_[id].failed(at);
        else
            retries_.erase(id);
        owe_record(
            id, "recovery",
            "Recovery of the DB instance has started. Recovery time will vary with the amount of data to "
            "be recovered.");
        return true;
    }

    void owe_record(const std::string& id, std::string category, std::string message) {
        owed_.owe("an event of " + id, [this, id, category, message, at = now()] {
            const auto row = instance_by_resource_id(db_, id);
            if (!row) return;
            transaction whole{db_};
            record_event(db_, {row->region, "db-instance", row->identifier, category, message, at});
            whole.commit();
        });
    }

    void check_standbys() {
        for (const db_instance& one : all_instances(db_)) {
            const auto found = processes_.find(one.resource_id);
            if (stopping_ || found == processes_.end() || busy_.contains(one.resource_id)) continue;
            if (found->second->in_sync)
                submit(one, job_kind::check_standby, "");
            else if (found->second->server && followers_.replicas.replication_of(one.resource_id))
                submit(one, job_kind::check_replica, "");
        }
    }

    void look() {
        if (stopping_) return;
        attempts_.turn("Looking after the DB instances", [&] {
            const auto snapshots = unfinished_snapshots(db_);
            attempts_.turn("Looking after snapshots", [&] { copies_.look(snapshots); });
            for (const db_instance& one : all_instances(db_))
                attempts_.turn(fmt::format("Looking after DB instance {}", one.identifier),
                               [&] { look_after(one, snapshots); });
        });
    }

    void look_after(const db_instance& one, const std::vector<db_snapshot>& snapshots) {
        const auto at = ground::back_off::clock::now();
        const auto retry = retries_.find(one.resource_id);
        if (busy_.contains(one.resource_id) || (retry != retries_.end() && !retry->second.is_due(at))) return;
        const auto waits = std::ranges::find_if(snapshots, [&](const db_snapshot& each) {
            return each.status == "creating" && each.copied_from.empty() &&
                   each.source.resource_id == one.resource_id;
        });
        if (const auto found = processes_.find(one.resource_id); found != processes_.end())
            has_died(one.resource_id, *found->second); // since the last beat
        instance_facts facts = facts_of(one);
        facts.snapshot_waits = waits != snapshots.end();
        const auto next = next_job(one, facts);
        if (!next) {
            retries_.erase(one.resource_id);
            return;
        }
        if (*next == job_kind::add_standby) {
            const auto standby = standby_retries_.find(one.resource_id);
            if (standby != standby_retries_.end() && !standby->second.is_due(at)) return;
        }
        submit(one, *next, facts.snapshot_waits ? waits->folder : "");
    }

    [[nodiscard]] instance_facts facts_of(const db_instance& of) {
        instance_facts out;
        const auto found = processes_.find(of.resource_id);
        if (found != processes_.end()) {
            const instance_process& process = *found->second;
            out.lives = process.server && process.server->running() && !retries_.contains(of.resource_id);
            out.has_standby = process.in_sync;
            out.may_fail_over = process.may_fail_over();
        }
        out.restart_waits = needs_restart(values_due(db_, of));
        out.settings_wait = !settings_position_of(db_, of.resource_id).is_applied();
        followers_.replicas.tell(db_, of.resource_id, out);
        return out;
    }

    [[nodiscard]] std::filesystem::path snapshot_file(const std::string& name) const {
        return params_.folder.parent_path() / "snapshots" / name;
    }

    [[nodiscard]] instance_spec spec_of(const db_instance& from, job_kind kind) {
        db_instance as = from;
        instance_spec out = spec_by_row(db_, as, kind);
        out.folder = params_.folder / as.resource_id;
        out.trusted = &authorities_;
        out.engines = params_.engines.store;
        out.locales = params_.folder.parent_path() / "locale";
        out.sign_in_port = params_.sign_in_port;
        out.stopping = interrupt_.get_token();
        out.progress = [this, id = as.resource_id](const std::string& told) {
            boost::asio::post(loop_, [this, id, told] { owe_record(id, "recovery", told); });
        };
        out.notify = [this, id = as.resource_id](const std::string& told) {
            spdlog::warn("{}: {}", id, told);
            boost::asio::post(loop_, [this, id, told] { owe_record(id, "notification", told); });
        };
        if (!as.restored_from.empty()) out.restore_from = snapshot_file(as.restored_from);
        if (as.storage_encrypted) out.seal = &vault_;
        followers_.tell(db_, as, out);
        return out;
    }

    void submit(const db_instance& of, job_kind kind, const std::string& snapshot) {
        auto& process = processes_[of.resource_id];
        if (!process) process = std::make_shared<instance_process>();
        const auto job = std::make_shared<instance_job>(
            instance_job{.kind = kind, .spec = spec_of(of, kind), .process = process});
        if (!snapshot.empty()) job->snapshot = snapshot_file(snapshot);
        followers_.archives.prepare(of.resource_id, kind, *job);
        busy_.insert(of.resource_id);
        if (kind == job_kind::fail_over)
            owe_record(of.resource_id, "failover", "Multi-AZ instance failover started");
        run(
            of.resource_id,
            [job, shut = shut_gate(of, kind)] {
                if (!shut.empty()) throw gate_error{shut};
                run_job(*job);
            },
            [this, id = of.resource_id, kind, snapshot, job](job_failure failure) {
                if (const auto told = followers_.replicas.done(id, *job); !told.empty())
                    owe_record(id, "read replica", told);
                if (is_look(kind) || (kind == job_kind::check_standby && failure.why.empty()))
                    return release(id);
                const auto what =
                    std::make_shared<job_outcome>(job_outcome{id, kind, snapshot, std::move(failure)});
                // What clients see need not wait until it is written down.
                attempts_.turn(fmt::format("Opening the gate of {}", id), [&] {
                    const auto row = instance_by_resource_id(db_, id);
                    if (!row) return;
                    open_gate(*row, *what);
                    if (what->failure.lacks_room && brings_up(kind))
                        owed_status_[id] = status_when_down(*row, what->failure);
                });
                owed_.owe(
                    "what became of " + id, [this, what] { write_down(*what); },
                    [this, id, kind] {
                        if (kind == job_kind::stop || kind == job_kind::remove) forget(id);
                        owed_status_.erase(id);
                        read_rules();
                        release(id);
                    });
            });
    }

    void forget(const std::string& id) {
        processes_.erase(id);
        standby_retries_.erase(id);
        up_since_.erase(id);
        followers_.replicas.forget(id);
    }

    // The job of that instance is over, and what became of it is written down.
    void release(const std::string& id) {
        busy_.erase(id);
        if (stopping_) {
            stop_for_now(id);
            settle();
        } else {
            look();
        }
    }

    // Before a job: clients of a server that comes back wait, others are refused. Returns what went wrong.
    std::string shut_gate(const db_instance& of, job_kind kind) {
        if (restarts(kind) || kind == job_kind::remove || kind == job_kind::stop)
            followers_.ended(of.resource_id);
        try {
            auto& mine = gates_[of.resource_id];
            if (kind == job_kind::remove || kind == job_kind::stop) {
                if (mine) mine->close();
                return {};
            }
            if (!mine) mine = make_gate(of.resource_id, of.address, static_cast<std::uint16_t>(of.port));
            if (restarts(kind) || kind == job_kind::fail_over) mine->pause();
            return {};
        } catch (const gate_error& failed) {
            return failed.what();
        }
    }

    // After a job that went well, and before its outcome is told; not once all is to stop. What goes wrong is
    // the job's failure.
    void open_gate(const db_instance& row, job_outcome& after) {
        if (stopping_ || after.has_gate || !after.failure.why.empty()) return;
        try {
            lead_gate(row, after.kind);
            after.has_gate = true;
        } catch (const gate_error& failed) {
            after.failure = {.why = failed.what(), .of_network = true};
        }
    }

    void lead_gate(const db_instance& row, job_kind kind) {
        const std::string& id = row.resource_id;
        if (kind == job_kind::remove) gates_.erase(id);
        const auto process = processes_.find(id);
        // A final snapshot is nobody's time to connect.
        const bool ends = row.status == "deleting" || row.status == "stopping";
        if (kind == job_kind::remove || kind == job_kind::stop || ends || process == processes_.end() ||
            !process->second->server) {
            return;
        }
        db_instance as = row;
        if (kind == job_kind::restart || kind == job_kind::modify) apply_pending(as, values_due(db_, as));
        followers_.led(as, process->second->server->place());
        auto& mine = gates_[id];
        const auto port = static_cast<std::uint16_t>(as.port);
        if (mine && mine->port() != port) mine.reset();
        if (!mine) mine = make_gate(id, as.address, port);
        mine->open(process->second->server->handover_socket());
    }

    std::unique_ptr<gate> make_gate(const std::string& id, const std::string& address, std::uint16_t port) {
        gate_params out;
        out.name = id;
        out.address = address;
        out.port = port;
        out.judge = [this, id](const gate_peer& from) { return admission_.judge(id, from); };
        return std::make_unique<gate>(gate_loop_, std::move(out));
    }

    // Runs the work on a worker, then what follows on the loop, which does not end before.
    template<class Work, class Then>
    void run(const std::string& id, Work work, Then then) {
        boost::asio::post(pool_, [this, id, work = std::move(work), then = std::move(then),
                                  guard = boost::asio::make_work_guard(loop_)] {
            job_failure failure;
            try {
                work();
            } catch (const std::exception& failed) {
                failure.why = failed.what();
                failure.lacks_room = lacks_room(params_.folder / id, failure.why);
                failure.of_settings = is_of_settings(failure.why);
                failure.of_network = dynamic_cast<const gate_error*>(&failed) != nullptr;
                spdlog::error("DB instance {}: {}", id, failure.why);
            }
            boost::asio::post(loop_, [then, failure] { then(failure); });
        });
    }

    // One write that is owed: it may be called again after it has thrown.
    void write_down(job_outcome& what) {
        auto& [id, kind, snapshot, failure, has_gate, is_counted] = what;
        const auto row = instance_by_resource_id(db_, id);
        if (!row) return;
        open_gate(*row, what);
        const bool failed = !failure.why.empty();
        // A stop interrupts jobs: the next start finds the row as it was.
        if (failed && stopping_) return;
        if (failed && !std::exchange(is_counted, true)) count_failure(*row, kind);
        // A server can be killed in the midst of being brought up, which is no news.
        if (failed && brings_up(kind) && !failure.lacks_room && retries_[id].failures() <= untold_failures)
            return;
        if (failed && kind == job_kind::remove && retries_[id].failures() > 1) return; // told already
        transaction whole{db_};
        if (kind == job_kind::snapshot && failed) set_snapshot_status(db_, snapshot, "failed");
        if (kind == job_kind::snapshot && !failed)
            finish_snapshot(db_, snapshot, now(), processes_.at(id)->archive_position);
        if (failed)
            fail_job(db_, kind, *row, failure, now());
        else
            finish_job(db_, kind, *row, *processes_.at(id), now());
        whole.commit();
        if (failed) return;
        if (kind == job_kind::add_standby) standby_retries_.erase(id);
        if (!brings_up(kind) && kind != job_kind::upgrade && kind != job_kind::fail_over) return;
        retries_.erase(id);
        up_since_[id] = ground::back_off::clock::now();
    }

    // What a row asks for again is done again, after a pause.
    void count_failure(const db_instance& of, job_kind kind) {
        const auto at = ground::back_off::clock::now();
        if (kind == job_kind::add_standby) {
            standby_retries_.try_emplace(of.resource_id, standby_pause, standby_pause_max)
                .first->second.failed(at);
        } else if (kind != job_kind::snapshot && kind != job_kind::modify &&
                   kind != job_kind::apply_settings && kind != job_kind::check_standby) {
            retries_[of.resource_id].failed(at);
        }
    }

    void stop_for_now(const std::string& id) {
        const auto found = processes_.find(id);
        if (found == processes_.end() || !found->second->server || !busy_.insert(id).second) return;
        run(
            id,
            [process = found->second] {
                process->in_sync = false;
                process->server->stop(); // before its standby, which it brings up to date as it ends
                process->server.reset();
                process->standby.reset();
            },
            [this, id](const job_failure&) {
                busy_.erase(id);
                settle();
            });
    }

    void settle() {
        if (busy_.empty() && done_) std::exchange(done_, nullptr)();
    }

    boost::asio::io_context& loop_;
    state& db_;
    instances_params params_;
    ground::authorities authorities_;
    ground::vault vault_;
    admission admission_;
    followers followers_;
    bool knows_rules_ = false;
    gate_loop gate_loop_;
    std::map<std::string, std::unique_ptr<gate>> gates_;
    std::map<std::string, std::shared_ptr<instance_process>> processes_;
    std::set<std::string> busy_;                      // a job has them
    std::map<std::string, ground::back_off> retries_; // of what failed for them
    std::map<std::string, ground::back_off> standby_retries_;
    std::map<std::string, std::string> owed_status_; // that could not be written down
    std::map<std::string, ground::back_off::clock::time_point> up_since_;
    ground::attempts attempts_;
    ground::back_off::clock::time_point next_schedule_{};
    ground::back_off::clock::time_point next_check_{};
    std::stop_source interrupt_; // of jobs
    bool stopping_ = false;
    std::function<void()> done_;
    boost::asio::steady_timer timer_;
    ground::owed_writes owed_;
    snapshot_copies copies_;
    boost::asio::thread_pool pool_;
};

instances::instances(boost::asio::io_context& loop, state& db, instances_params params)
    : implementation_{std::make_unique<implementation>(loop, db, std::move(params))} {}

instances::~instances() = default;

void instances::start() {
    implementation_->start();
}

void instances::wake(const std::string& resource_id) {
    implementation_->wake(resource_id);
}

void instances::stop(std::function<void()> done) {
    implementation_->stop(std::move(done));
}

void instances::read_rules() {
    implementation_->read_rules();
}

std::string instances::bundle() const {
    return implementation_->bundle();
}

std::filesystem::path instances::log_folder(const db_instance& of) const {
    return implementation_->log_folder(of);
}

epoch_ms instances::now() const {
    return implementation_->now();
}

std::string instances::status_of(const db_instance& what) const {
    return implementation_->status_of(what);
}

const followers& instances::following() const {
    return implementation_->following();
}

const engine_choice& instances::engines() const {
    return implementation_->engines();
}

std::optional<std::string> instances::free_address(const std::string& region, const std::string& identifier,
                                                   std::int64_t port) {
    return implementation_->free_address(region, identifier, port);
}

} // namespace cruddur::cloud::fleet
