//! Owns the choice of the first available agent. Rings nobody and holds no slot.

use crate::id::UserId;
use crate::queue::Strategy;
use crate::queue::waiting::SkillNeed;
use crate::time::UnixMs;

/// What routing knows of one agent that is signed in, ready and serves the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentLoad {
    /// Who.
    pub user: UserId,
    /// Chats they can have at once.
    pub slots: u32,
    /// Slots in use or held.
    pub used: u32,
    /// Since when they have been without a chat, or since when they were last given one.
    pub idle_since: UnixMs,
    /// When they were last rung; `None` sorts before every time.
    pub last_rung: Option<UnixMs>,
    /// They were rung for this chat before and did not answer, or declined.
    pub already_rang: bool,
}

/// A skill that an agent has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// Its name.
    pub name: String,
    /// How well, 1 to 5.
    pub level: u8,
}

/// Whether an agent with these skills knows all that is needed. Names are compared without regard to case.
#[must_use]
pub fn is_skilled(needs: &[SkillNeed], has: &[Skill]) -> bool {
    let meets = |need: &SkillNeed| {
        has.iter()
            .any(|skill| skill.level >= need.level && skill.name.to_lowercase() == need.skill.to_lowercase())
    };
    needs.iter().all(meets)
}

/// The first available agent, or `None` when nobody has a free slot or all were rung already. Ties go to the
/// agent who has been idle for longer, then to the lower id, so that every node chooses the same.
#[must_use]
pub fn choose(strategy: Strategy, agents: &[AgentLoad]) -> Option<UserId> {
    let free = agents.iter().filter(|agent| agent.used < agent.slots && !agent.already_rang);
    let first = match strategy {
        Strategy::LongestIdle => free.min_by_key(|agent| (agent.idle_since, agent.user)),
        Strategy::RoundRobin => free.min_by_key(|agent| (agent.last_rung, agent.idle_since, agent.user)),
        Strategy::LeastLoaded => free.min_by(|a, b| {
            let share =
                (u64::from(a.used) * u64::from(b.slots)).cmp(&(u64::from(b.used) * u64::from(a.slots)));
            share.then_with(|| (a.idle_since, a.user).cmp(&(b.idle_since, b.user)))
        }),
    };
    first.map(|agent| agent.user)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{AgentLoad, Skill, choose, is_skilled};
    use crate::id::UserId;
    use crate::queue::Strategy;
    use crate::queue::waiting::SkillNeed;
    use crate::time::UnixMs;

    const fn agent(n: u128, slots: u32, used: u32, idle_since: i64) -> AgentLoad {
        AgentLoad {
            user: UserId(Uuid::from_u128(n)),
            slots,
            used,
            idle_since: UnixMs(idle_since),
            last_rung: None,
            already_rang: false,
        }
    }

    fn chosen(strategy: Strategy, agents: &[AgentLoad]) -> Option<u128> {
        choose(strategy, agents).map(|user| user.0.as_u128())
    }

    // spec: Q-4
    #[test]
    fn longest_idle_wins() {
        assert_eq!(chosen(Strategy::LongestIdle, &[agent(1, 3, 0, 50), agent(2, 3, 2, 10)]), Some(2));
    }

    // spec: Q-4
    #[test]
    fn least_loaded_compares_shares_not_counts() {
        assert_eq!(chosen(Strategy::LeastLoaded, &[agent(1, 2, 1, 0), agent(2, 6, 2, 9)]), Some(2));
        assert_eq!(chosen(Strategy::LeastLoaded, &[agent(1, 2, 1, 9), agent(2, 4, 2, 5)]), Some(2));
    }

    // spec: Q-4
    #[test]
    fn round_robin_takes_the_one_rung_longest_ago() {
        let rung = |n, at| AgentLoad { last_rung: Some(UnixMs(at)), ..agent(n, 1, 0, 0) };
        assert_eq!(chosen(Strategy::RoundRobin, &[rung(1, 7), rung(2, 3)]), Some(2));
        assert_eq!(chosen(Strategy::RoundRobin, &[rung(1, 7), agent(3, 1, 0, 0)]), Some(3));
    }

    // spec: Q-4
    #[test]
    fn a_skill_must_be_had_at_its_level() {
        let need = |skill: &str, level| SkillNeed { skill: skill.to_owned(), level };
        let has = [Skill { name: "French".to_owned(), level: 3 }];
        assert!(is_skilled(&[], &has));
        assert!(is_skilled(&[need("french", 3)], &has));
        assert!(!is_skilled(&[need("french", 4)], &has));
        assert!(!is_skilled(&[need("french", 1), need("returns", 1)], &has));
    }

    // spec: Q-4
    // spec: X-2
    #[test]
    fn full_agents_and_those_already_rung_are_passed_over() {
        let silent = AgentLoad { already_rang: true, ..agent(2, 3, 0, 0) };
        for strategy in [Strategy::LongestIdle, Strategy::LeastLoaded, Strategy::RoundRobin] {
            assert_eq!(chosen(strategy, &[agent(1, 2, 2, 0), silent]), None);
            assert_eq!(chosen(strategy, &[]), None);
        }
    }
}
