/** Owns the texts of the way from a new site to the first chat. */
export const siteSetup = {
  title: "Set up {{name}}",
  text: "From here to your first chat. The marks appear by themselves.",
  nav: "Setup",
  count: "{{done}} of {{all}} done",
  complete: "Everything is done. Visitors of this site can be offered help.",
  complete_unattended:
    "Everything is done. Nobody is ready now: help is offered once an agent of the queue is.",
  done: "Done",
  open: "To do",
  steps: {
    site: {
      title: "Add the site",
      text: "Name the addresses on which Beckon may run.",
      link: "Site and origins",
    },
    snippet: {
      title: "Put the snippet on your pages",
      text: "Put this line into the head of every page. Then open a page of the site.",
      waiting:
        "Waiting for the first page that has it. A page that was open before asks again when it is loaded a minute later; robots are not counted.",
      seen: "Seen on {{origin}}",
      refused: "Seen on {{origin}}, which is not one of the site's origins.",
      refused_text: "There the snippet does nothing. Add the origin if it is yours.",
      add: "Add this origin",
      add_title: "Add {{origin}}?",
      add_text:
        "Add it only if it is yours: its pages can then load the widget, offer chats and send messages to your agents.",
      added: "{{origin}} was added.",
    },
    hours: {
      title: "Set the hours",
      text: "Visitors are offered help within business hours alone. Look through them, with time zone and holidays.",
      done: "Business hours are saved.",
      link: "Hours of the queue",
      right: "These hours are right",
    },
    agent: {
      title: "Have an agent ready",
      text: "Choose who serves the queue. An agent becomes ready at the top right of the console.",
      done: "Somebody is ready now.",
      away: "Agents have answered here. None of them is ready now.",
      link: "Agents of the queue",
      invite: "Invite somebody",
    },
    rule: {
      title: "Enable a rule",
      text: "A rule says when which offer comes. Design an offer first.",
      done: "At least one rule is enabled.",
      offers: "Offers",
      link: "Rules",
    },
    chat: {
      title: "Try it",
      text: "Open the site in another browser, wait for the offer, accept it, and answer here.",
      done: "A chat was answered on this site.",
      link: "Open the site",
    },
  },
};
