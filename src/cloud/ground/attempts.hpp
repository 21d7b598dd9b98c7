#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace cruddur::cloud::ground {

// What is done again and again by the clock, in turns of one step or of several. What one throws ends that
// one alone, since it is tried again at the next turn: it is logged at once, then once a minute while it goes
// on failing, and when it goes well again. Each is known by its name. Used on one thread.
class attempts {
public:
    // A turn: nothing comes out of it. Whether it went well.
    bool turn(const std::string& name, const std::function<void()>& work);
    // A step of a turn, such as for one object of many. A state that cannot be read or written is none of its
    // own making, and ends the turn: that state_error is thrown on.
    bool step(const std::string& name, const std::function<void()>& work);

private:
    using clock = std::chrono::steady_clock;

    void tell(const std::string& name, const std::string& why);
    void went_well(const std::string& name);

    std::map<std::string, clock::time_point> failing_; // and when that was logged last
};

} // namespace cruddur::cloud::ground
