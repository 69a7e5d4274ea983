/** What is said in the preview, in the widget's languages. Invented; nobody has written it. */
import { primary } from "../tags";

export interface Sample {
  hello: string;
  question: string;
  answer: string;
  thanks: string;
}

const en: Sample = {
  hello: "Good morning, how can I help?",
  question: "How long does delivery take?",
  answer: "Three working days. You can follow the parcel on https://example.com/parcels.",
  thanks: "Thank you, that helps.",
};

const samples: Record<string, Sample> = {
  en,
  ar: {
    hello: "صباح الخير، كيف يمكنني مساعدتك؟",
    question: "كم يستغرق التوصيل؟",
    answer: "ثلاثة أيام عمل. يمكنك تتبع الطرد على https://example.com/parcels.",
    thanks: "شكرًا، هذا مفيد.",
  },
  de: {
    hello: "Guten Morgen, wie kann ich helfen?",
    question: "Wie lange dauert die Lieferung?",
    answer: "Drei Werktage. Das Paket verfolgen Sie auf https://example.com/parcels.",
    thanks: "Danke, das hilft mir.",
  },
  es: {
    hello: "Buenos días, ¿en qué puedo ayudarle?",
    question: "¿Cuánto tarda la entrega?",
    answer: "Tres días laborables. Puede seguir el paquete en https://example.com/parcels.",
    thanks: "Gracias, me sirve.",
  },
  fr: {
    hello: "Bonjour, comment puis-je vous aider ?",
    question: "Combien de temps prend la livraison ?",
    answer: "Trois jours ouvrés. Vous pouvez suivre le colis sur https://example.com/parcels.",
    thanks: "Merci, c'est clair.",
  },
  it: {
    hello: "Buongiorno, come posso aiutarla?",
    question: "Quanto tempo richiede la consegna?",
    answer: "Tre giorni lavorativi. Può seguire il pacco su https://example.com/parcels.",
    thanks: "Grazie, mi è utile.",
  },
  nl: {
    hello: "Goedemorgen, waarmee kan ik helpen?",
    question: "Hoe lang duurt de levering?",
    answer: "Drie werkdagen. U kunt het pakket volgen op https://example.com/parcels.",
    thanks: "Dank u, dat helpt.",
  },
  pl: {
    hello: "Dzień dobry, w czym mogę pomóc?",
    question: "Ile trwa dostawa?",
    answer: "Trzy dni robocze. Paczkę można śledzić na https://example.com/parcels.",
    thanks: "Dziękuję, to pomaga.",
  },
  pt: {
    hello: "Bom dia, em que posso ajudar?",
    question: "Quanto tempo demora a entrega?",
    answer: "Três dias úteis. Pode acompanhar a encomenda em https://example.com/parcels.",
    thanks: "Obrigado, isso ajuda.",
  },
  tr: {
    hello: "Günaydın, nasıl yardımcı olabilirim?",
    question: "Teslimat ne kadar sürüyor?",
    answer: "Üç iş günü. Paketi https://example.com/parcels adresinden izleyebilirsiniz.",
    thanks: "Teşekkürler, bu işime yarar.",
  },
};

export function sampleIn(language: string): Sample {
  return samples[primary(language)] || en;
}
