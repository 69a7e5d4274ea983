//! Owns the situations that chance must have led to.

/// What has come to pass, so that it shows where chance has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    TurnedAway,
    FormRefused,
    FormUnheld,
    FormRanOut,
    FormCameBack,
    FormGaveWay,
    RangOut,
    WaitedTooLong,
    AlertGaveWay,
    AlertPassed,
    AlertHandedOn,
    AlertLeft,
    Warned,
    Answered,
    Closed,
}

impl Met {
    pub(super) const ALL: [Self; 15] = [
        Self::TurnedAway,
        Self::FormRefused,
        Self::FormUnheld,
        Self::FormRanOut,
        Self::FormCameBack,
        Self::FormGaveWay,
        Self::RangOut,
        Self::WaitedTooLong,
        Self::AlertGaveWay,
        Self::AlertPassed,
        Self::AlertHandedOn,
        Self::AlertLeft,
        Self::Warned,
        Self::Answered,
        Self::Closed,
    ];
}
