#pragma once

#include "cloud/ground/attempts.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/trail/recorder.hpp"

#include <boost/asio/steady_timer.hpp>

namespace cruddur::cloud::trail {

// Carries trails' events into the log groups that they name, each once: how far it has come is written with
// them. On the loop's thread; what fails is tried again at the next turn.
class log_delivery {
public:
    log_delivery(const boost::asio::any_io_executor& loop, ground::state& db, recorder& from,
                 const iam::access_control& access);

    void start();
    void stop();

private:
    void arm();
    void turn();
    void carry(kept_trail of);
    // What keeps it from writing into the group; "" for nothing.
    [[nodiscard]] std::string obstacle(const kept_trail& of, const std::string& region,
                                       const std::string& group) const;

    ground::state& db_;
    recorder& from_;
    const iam::access_control& access_;
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    bool stopped_ = false;
};

} // namespace cruddur::cloud::trail
