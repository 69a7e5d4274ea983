-- Each tab counts its own views: two tabs that open at once must not share a number.
-- Neither engine changes a primary key in a way that the other one knows, so the table is made anew.

CREATE TABLE page_views_by_tab (
    visit_id          TEXT NOT NULL,
    tab               BIGINT NOT NULL,
    -- The tab's own count, so that a view told twice is stored once.
    view              BIGINT NOT NULL,
    page_id           BIGINT NOT NULL,
    title             TEXT NOT NULL,
    entered_at        BIGINT NOT NULL,
    left_at           BIGINT,
    visible_s         BIGINT NOT NULL,
    form_entered_at   BIGINT,
    form_input_at     BIGINT,
    form_submitted_at BIGINT,
    PRIMARY KEY (visit_id, tab, view)
);
INSERT INTO page_views_by_tab (visit_id, tab, view, page_id, title, entered_at, left_at, visible_s,
                               form_entered_at, form_input_at, form_submitted_at)
SELECT visit_id, tab, view, page_id, title, entered_at, left_at, visible_s,
       form_entered_at, form_input_at, form_submitted_at
FROM page_views;
DROP TABLE page_views;
ALTER TABLE page_views_by_tab RENAME TO page_views;
