//! Whether a message asks for a job, or says that it does not.
use std::sync::LazyLock;

use super::engine::{Place, Reader, place};
use super::pattern::Phrases;
use super::phrases::phrases;
use super::report::LintField::{Body, Subject};
use super::rules::LintRule as Rule;
use super::text::Word;
use super::vacancy;

phrases! {
    /// Asking for a job, or to be put forward for one.
    JOB = [
        "are|is you|u|they|there|your *3 hiring|recruiting",
        "is|are your company|team|firm|organization|organisation|group|department|employer|studio|lab hiring|recruiting",
        "if|whether *5 is|are currently? hiring|recruiting|looking|taking on? to? hire?|interns|graduates|somebody|someone",
        "if|whether you|they|your|there are|is|have *4 hiring|recruiting",
        "do|does|would you|your|they|there *2 have|know *4 opening|openings|vacancy|vacancies|position|positions|internship|internships",
        "have you *1 any|an|a *3 opening|openings|vacancy|vacancies|position|positions|internship|internships",
        "are|is there any|an|a|some? *3 opening|openings|vacancy|vacancies|position|positions|internship|internships|job|jobs",
        "if|whether there are|is|were|was any|an|a|some? *3 opening|openings|vacancy|vacancies|position|positions|internship|internships|job|jobs|roles",
        "know|aware|hear|hears of|about openings|vacancies|internships",
        "know|aware|hear|hears of|about any|an|a|some *3 opening|openings|vacancy|vacancies|position|positions|job|jobs|internship|internships|roles",
        "any|current|open|available|suitable job|jobs|roles|positions|vacancies|openings|vacancy|opening at|in|on|with your|you",
        "job|internship|career|employment opportunities|opportunity at|in|on|with|within your|you",
        "hire|employ|recruit me",
        "hired by|at you|your",
        "give me a|an|the *1 job|chance|internship|position|interview|shot|role",
        "offer me a|an|the|any *2 job|position|internship|role|interview",
        "get|land|secure|find me? a|an|my *2 job|interview|internship|role|position at|with|in|on|from your|you",
        "help|helping me get|find|land|secure *3 job|work|internship|position|role|interview",
        "refer me *2 for|to *3 job|role|position|opening|recruiter|internship",
        "refer|recommend me internally|for|at",
        "refer|recommend me to *3 hr|recruiter|recruiters|recruiting|recruitment|hiring|job|role|position|opening|vacancy",
        "could|can|would|will|please|to *3 refer|recommend me $",
        "employee referral",
        "have|has|find|got something|anything for me in|at|on|with|within your|the",
        "a|your referral for|to *3 role|position|job|opening",
        "put in a good? word",
        "put|pass|forward|send my name|application *2 forward|in|along|on|to|for",
        "recommend me for|to *4 job|role|position|opening|manager|recruiter|team|hr",
        "consider|considered|considering me|for|as *6 job|role|position|opening|candidate|internship|vacancy|vacancies|openings|positions",
        "keep me in mind|consideration for|if|when|should *4 job|jobs|role|roles|position|positions|opening|openings|opens|vacancy|vacancies|open|up",
        "keep me in mind|consideration for|if|when|should *3 opens|arises|comes",
        "apply|applying for|to *5 job|role|position|opening|internship|vacancy|team|company *2 at|with|on|in your|you",
        "want|wants|like|love|hope|hoping|hopes|keen|eager to work|intern at|for|with|on you|your",
        "want|like|love|hope|hoping|keen|eager|dream to join|joining your team|company|firm|lab|studio|organization|organisation|group",
        "looking|searching|hunting|asking|ask for a|an|any|the|my|some *3 job|position|role|internship|work|employment|vacancy|opening at|with|in|on|from your|you",
        "asking|ask|asks|begging|beg you? for a|an|any|the|some *1 job|position|internship|vacancy|opening|employment",
        "ask|asking|enquire|enquiring|inquire|inquiring about *4 vacancy|vacancies|opening|openings|job|jobs|positions|internships",
        "interested in *4 job|position|opening|openings|vacancy|vacancies|internship|internships|roles at|with|in|on|within your|you",
        "let me know *4 job|jobs|opening|openings|vacancy|vacancies|positions|internships *2 come|comes|open|opens|arise|arises|become|becomes|up|available",
        "let me know of|about|if any|an|a *3 opening|openings|vacancy|vacancies|positions|jobs|roles|internships|opportunity|opportunities",
        "i'd|i|would be a great|perfect|good|strong|ideal fit|candidate|match|addition for|to *1 your",
        "fit|right|qualified|suited for the|a|an|your *3 position|opening|vacancy|job",
        "schedule|arrange|grant|give me? an|a job? interview with|for|at *3 hr|position|role|your|me|recruiter|manager",
        "recruiter|hiring *2 who is|are hiring|recruiting",
        "connect|introduce|put me with|to|in *4 hiring manager|recruiter|recruiters|hr",
        "do|does|would|might you|your|they|there *2 have|know|offer|advertise *2 any|some|open *2 roles|posts|placements|traineeships|apprenticeships|work|employment",
        "do|does|would|might you|your|they *2 offer|run|take *2 internships|interns|placements|traineeships|trainees|apprenticeships|apprentices|graduates",
        "be|being|get considered for|as|when|if",
        "consider my *2 application|candidature|candidacy|profile",
        "keep|keeping|bear|have me in mind|consideration",
        "keep my *2 details|name|application|profile|resume|cv *1 on|in file|mind|hand",
        "if|should anything|something|one|any|a|an *4 comes|come|opens|open|arises|arise|crops up? *1 in|at|on|with|within your|the",
        "open to *2 opportunities|offers|roles|positions",
        "think|believe|feel|convinced|confident|certain|sure *3 be|am|i'm a|an *2 fit|match|asset|addition|candidate",
        "about|of|consider|considering|interested *1 joining|join you|your|the $",
        "about|of|in joining $",
        "about|of|in|like|love|to joining|join you|your *1 $",
        "i|i'm|am|be|currently|back|still *1 on the job? market",
        "i|i'm|am|currently|still *1 job hunting|searching",
        "help me get in|into",
        "heard|saw|see|noticed *4 is|are hiring|recruiting",
        "heard|saw|see|noticed *4 need|needs|seeks *1 people|hands|help|staff|somebody|someone",
        "put|throw|throwing my hat in|into",
        "takes me on",
        "have|has|had any|a? vacant",
        "saw|noticed|found|read your|the|a *2 posting|advertisement|advert|ad|listing *6 interested|apply|applying|fit",
        "help *1 in? finding|landing|getting|securing a|an|my *2 job|position|role|internship",
        "touch with *3 recruiter|recruiters|hr|hiring|recruiting|recruitment",
        "room|space for an|another *1 intern|trainee|apprentice|assistant",
        "shout|know|ring|call|ping|tell|word *1 if|when|should *5 needs|need|hires|hire|hiring|recruiting|recruits|looking *1 for|a|an|somebody|someone|people|more",
        "find|finding|get|getting|do *2 work|employment with|at|for *3 you|your|yourself",
        "opportunity|opportunities|chance|possibility|possible *2 to|of|for *2 work|working|join|joining|intern|interning|volunteer *2 for|with|at|under|on|in you|your",
        "writing|like|want|wish|love|hoping|intend to apply for|to|at|as",
        "writing|like|want|wish|love|hoping|intend to apply $",
        "i'd|would|should be *2 grateful|thankful|obliged|glad|happy for|of|about a|an|any *2 internship|placement|traineeship|apprenticeship|position|opening|vacancy|job",
        "grateful|thankful for a|an|any *2 internship|placement|traineeship|apprenticeship|position|job $",
        "apply|applying|application *2 for the|a|an|your|this|any *3 opening|vacancy|vacancies|position|positions|internship|internships|job|jobs|traineeship|traineeships|placement|placements|apprenticeship|apprenticeships|role|post|vacancy",
        "get|land|secure|arrange me *1 an|a|the *1 job|interview|internship|position|role|foot",
        "job|career|employment leads|lead|prospects",
        "chance|chances|possibility|prospect|prospects|hope|hopes of|for *2 a|an|getting|being|any *2 job|position|internship|interview|work|role|employment|hired",
        "my chances|odds *2 be|are|would|of",
        "forward|pass|send|hand|submit|give *5 to|onto *2 hr|recruiter|recruiters|recruiting|recruitment|hiring",
        "available|ready|able|happy|free to start|begin immediately|work|on|straight|right|asap|in|from|next|any|tomorrow|as",
        "seek|seeking a|an|any|some *3 position|job|role|employment|work|internship|opportunity|placement|post *1 in|at|with|within your|you",
        "could|can|may|might|would|if i *2 work|intern|volunteer|assist for|under|at|alongside you|your",
        "do|does|if|whether you|your|they *3 need|needs *1 a|an|any|another|more *1 intern|interns|assistant|trainee|apprentice|staff|employee|employees|hand|hands|helper",
        "i *1 need|want this|a|the|any *1 job|internship|position|work $",
        "room|space|place|spot|seat|vacancy on|in|at your|the *2 team|company|firm|group|lab|department|staff|studio|agency|organisation|organization",
        "if|whether|is|are|when|news *3 your|the *3 is|are|be *2 hiring|recruiting",
        "when|if|whether|once you|they|you'll|you're|your *3 hiring|recruiting",
        "advertising|advertised|advertises for a|an *3",
        "vouch for me",
        "put me forward",
        "headcount",
        "an|my *1 referral *3 job|role|position|opening|company|team|for",
        "hire|employ|take|recruit someone|somebody|people like me",
        "take|taking|bring|bringing me on",
        "if|whether|should|unless there's a|any|an *3 opening|openings|vacancy|vacancies|position|positions|internship|internships|job|jobs|roles|role",
        "think of me when|if|for|should",
        "flag|push|mention|support|back|track|check|expedite|review *1 my|the application|candidacy",
        "any|some *1 leads|referrals $",
        "leads|referrals or|and referrals|leads",
        "any|some leads|referrals you|that|for|on|at",
        "foot in the|your door",
        "taking|take anyone|anybody|someone|somebody|people|staff|apprentices|graduates|trainees on",
        "graduate|trainee|training|internship|apprenticeship schemes|scheme|programmes|programs|places or|and|at|on|in *1 vacancies|jobs|openings|your",
        "be|being considered $",
        "if|when|once anything|something|one *2 opens|open up",
        "looking|searching|hunting for a|some|any *2 job|work|position|role|employment *5 help|hire",
        "help|helping me *2 hired|employed",
        "know|hear of|about|if *2 any|an *2 opportunities|opportunity $",
        "interested in the|a|your|this *3 position|role|job|vacancy|internship $",
        "interested in the|a|your|this *3 position|role|job|vacancy|internship and|advertised|posted|listed|you",
        "consider|considering|about|of hiring|employing me",
        "you|they have|has|had a|an|any *2 role|position|job|vacancy|opening *2 fits|suits|matches|fit|suit|match|for",
        "you|they|team|company *2 looking for|to *2 staff|hires|employees|recruits|hire|recruit",
        "need any|some *1 help|people|hands on|in|at your",
        "love|like|want a|the *1 job|position|role|internship at|with",
        "any|some *1 work|jobs|shifts|hours going|available|there|for",
        "start|trial|shift you could|can|might give|offer|find",
        "give|offer|find me *2 start|trial|shift|place",
        "short of|on *1 hands|staff|people|help|workers",
        "short handed|staffed",
        "about|of|for|on getting|landing *2 interview|interviews|hired|taken",
        "chance|chances|hope of getting|landing *3 job|jobs|role|roles|position|positions",
        "be|being|get|getting taken on",
        "your|you *2 need|needs|want|wants|use anybody|anyone|somebody|someone|people|hands|help",
        "have|has|had|find|know *1 a|any|some *1 place|spot|room|opening|start|vacancy for|where me|i",
        "looking|hoping for a|an|my *2 start|opening|placement|traineeship|apprenticeship|break in|as|at|with|on",
        "apprenticeship|internship|traineeship|job|position|placement with|at|under you|your *2 would|is|will",
        "i can|could|would start|begin *1 whenever|immediately|tomorrow|monday|straight|right|now|any|asap",
        "contact|speak|talk|write|apply|turn *2 about|for|regarding a|an|any|the *2 position|job|role|vacancy|opening|internship *1 at|in|with|on your|you",
        "you've|they've any|an|a *3 opening|openings|vacancy|vacancies|position|positions|job|jobs|internship|internships",
        "thrilled|delighted|honoured|honored|happy|glad|proud|overjoyed to work|join|intern at|for|with|in|on your|you",
        "room for one|me|another|somebody|someone",
        "interested in working|employment|interning at|for|with|in you|your",
        "if|whether|should you have|had any *3 openings|opening|positions|position|vacancies|vacancy|roles|jobs|job|internships",
        "if|whether you|they *1 have|had a|an|any|some? *2 opening|openings|vacancy|vacancies|internship|internships",
        "if|whether *4 takes|take|taking|accepts|accept|offers|offer on? *1 interns|trainees|apprentices|graduates|internships|traineeships|apprenticeships",
        "any *2 openings|opening|vacancies|vacancy|internships|internship|apprenticeships|traineeships",
        "any *1 roles|positions|placements|opportunities|opportunity available|open|going|left|coming|currently",
        "for any *2 role|roles|position|positions|job|jobs|opening|vacancy|opportunity|opportunities",
        "^ looking|searching|hunting|seeking for? full|part|paid|summer|new|any|other|remote|suitable? time|level|term? work|employment|jobs|opportunities $",
        "^ looking|searching|hunting|seeking for? full|part|paid|summer|new|any|other|remote|suitable? time|level|term? work|employment|jobs|opportunities in|at|with|near|around|as|and|for|from|this",
        "^ looking|searching|hunting|seeking for? a|an|any|my *2 job|position|role|internship|traineeship|apprenticeship|placement $",
        "^ looking|searching|hunting|seeking for? a|an|any|my *2 job|position|role|internship|traineeship|apprenticeship|placement in|at|with|near|around|as|and|for|from|this",
        "i'm|am|currently|actively|still|presently|now|we're *2 looking|searching|hunting|seeking for? full|part|paid|summer|new|any|other|remote|suitable? time|level|term? work|employment|jobs",
        "i'm|am|currently|actively|still|presently|now|we're *2 looking|searching|hunting|seeking for? a|an|any|my *2 job|position|role|internship|traineeship|apprenticeship|placement|opening",
        "i'm|am|currently|actively|still|presently|now|we're *2 looking|searching|seeking for? new|other|any|suitable? opportunities|opportunity in|at|with|as|and",
        "i've|i have? been *1 looking|searching|hunting|seeking for? a|an|any|my|new? *2 job|position|role|internship|work|employment",
        "son|daughter|husband|wife|brother|sister|nephew|niece is *1 looking|searching for a|an *2 job|position|role|internship|apprenticeship|placement",
        "in search of a|an|any|new? *1 job|position|role|employment|internship|work",
        "i|we *1 need|want a|an|any|some|this|the *1 job|internship|position|employment",
        "apply|applying|applied|application *8 refer|referral|referrals",
        "a|any|your|internal|employee referral|referrals *4 would|could|might|can",
        "love|like|appreciate|need|want|get|give|provide|offer|ask|asking|request|requesting|hoping|possible *3 a|an|any|your referral|referrals $",
        "love|like|appreciate|need|want|get|give|provide|offer|ask|asking|request|requesting|hoping|possible *3 a|an|any|your referral|referrals for|at|from|and|when|if|so|internally",
        "referral request",
        "forward|recommend|expedite my *1 application|candidacy|candidature",
        "you|u guys|all|folks? hiring|recruiting $",
        "anyone|anybody|someone|somebody *2 hiring|recruiting",
        "any chance|possibility *1 you|you're|your|they|they're|there *3 hiring|recruiting",
        "might|may|could|would have an|any|a *1 opening|vacancy|internship|traineeship for me",
        "grateful|thankful|glad for a|any referral",
        "how i *2 get|be hired|employed|recruited",
        "want|like|love|hope|hoping to get|be hired|employed|recruited",
        "i|me *4 right|perfect|ideal|great|strong|good|best hire|candidate",
        "your next *2 hire|intern|employee|assistant|trainee|apprentice|recruit",
        "have|got anything|something *2 suitable|open|available|going|vacant",
        "might|may|could *1 have|find something|anything|work|room for me",
        "grateful|thankful|glad for anything|any *2 you *1 have|offer",
        "open|available for to? work|hire|employment",
        "on the lookout|hunt for *3 job|jobs|position|positions|role|roles|work",
        "in the market for a|an *2 job|position|role",
        "if|whether|chance|chances|possible|is|are your *2 is|are looking|searching for",
        "would|does|might|could|if|whether your|you *1 need|needs|use a|an|another|any *1",
        "refer|recommend me in|within|inside|at|for|internally",
        "be|become|becoming|being part|member of your",
        "ready|available|open|willing for|to any kind|sort of|work|job",
        "applied|apply for|to the|a|an *4 position|job|role|post|vacancy|internship *1 your",
        "calling|writing|enquiring|inquiring|enquire|inquire|ringing|contacting about|regarding|for|concerning a|an|the *2 position|job|vacancy|opening|internship|post",
        "is|are the|that *2 position|vacancy|internship|opening|job still? open|available|free|vacant|filled",
        "support|endorse my application|candidacy",
        "express|expressing my *1 interest in *4 position|job|role|internship|post|vacancy|joining",
        "is|are your *3 taking on *2 people|staff|graduates|interns|trainees|apprentices|anybody|anyone|hires|juniors",
        "there's|is a|an desk|seat|spot|chair|place free|open|empty|vacant|going in|on|at your *1 team|department|lab|office|group|company|studio|firm",
        "pass|forward|send|hand|give|show my profile|details|name|background to|onto your *2 manager|boss|head|director|supervisor|lead",
        "^ any leads would|is|are *2 great|appreciated|welcome|helpful|good|wonderful",
    ];
    /// Subjects that ask for a job in a word or two.
    SUBJECT = [
        "^ job|jobs|employment|vacancy|vacancies|internship|internships|referral|position|opening|openings|recruitment $",
        "^ job|employment|internship|vacancy|position|work|referral|placement application|inquiry|enquiry|request|wanted|needed|sought",
        "^ job|employment|internship|work|apprenticeship opportunity|opportunities",
        "^ application for|to|as|regarding",
        "^ applying for|to|as",
        "^ need|needing|wanting a? job|work|employment",
    ];
    /// Before a verb: somebody else does it.
    OTHERS = ["you|they|people|others|one|somebody|someone|graduates|students"];
    /// What seekers do for a job, and what others have done for theirs.
    OWN_DOING = [
        "get|got|land|landed|secure|secured|find|found|apply|applied|want|wanted|like|liked|love|loved|hope|look|looking|join|joined|be",
    ];
    /// Saying that no job is meant.
    NO_JOB = [
        "not|isn't|wasn't|never|no *3 a|any|about|for|after|want|need|seek|seeking *1 job|position|work|internship|vacancy|role|employment|opening",
        "not a|the job|position|vacancy|role",
        "not|no job ask|request|pitch|hunt|application",
        "not|don't|won't expect|expecting|want|wanting|need|seek a|any *1 job|position|internship|referral",
        "not|isn't|never *3 job hunting|hunt|searching",
    ];
}

/// A job that is asked for anywhere is a finding; only where none is, saying so is praise.
pub fn check(reader: &mut Reader<'_>) {
    let (mut meant, denied) = reader.meant(&JOB);
    meant.retain(|place| !is_theirs(reader, *place) && !is_compound(reader, *place) && !is_practice(reader, *place));
    let words = &reader.subject.words;
    let subject = SUBJECT.find(words).into_iter().filter(|found| !words[found.from].quoted);
    meant.extend(subject.map(|found| place(Subject, words, found)));
    for (field, text, read) in
        [(Subject, reader.draft.subject.unwrap_or_default(), &reader.subject), (Body, reader.draft.body, &reader.body)]
    {
        for found in vacancy::asked_for(&read.words, |last| read.is_question(text, last)) {
            let place = place(field, &read.words, found);
            if !meant.iter().any(|known| known.0 == field && known.1 <= place.1 && place.2 <= known.2) {
                meant.push(place);
            }
        }
    }
    if !meant.is_empty() {
        reader.add(Rule::AsksForJob, &meant);
        return;
    }
    // What names no job as a thing to ask for only counts when it is denied.
    let words = &reader.body.words;
    let said = NO_JOB.find(words).into_iter().filter(|found| !words[found.from].quoted);
    let places: Vec<Place> = denied.into_iter().chain(said.map(|found| place(Body, words, found))).collect();
    if !places.is_empty() {
        reader.praise(Rule::AsksForJob, "It says that it asks for no job.", &places);
    }
}

/// "Would you have time before the opening night": the last word means something else.
fn is_compound(reader: &Reader<'_>, (field, _, end): Place) -> bool {
    let words = reader.words(field);
    let behind = words.partition_point(|word| word.start < end);
    behind > 0 && vacancy::is_compound(words, behind - 1)
}

/// "What do you look for when you are hiring": how they go about it is a good question.
fn is_practice(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    let at = words.partition_point(|word| word.start < start);
    let Some(when) = words.get(at).filter(|word| word.text == "when") else { return false };
    let told = at.checked_sub(1).is_some_and(|before| {
        words[before].sentence == when.sentence
            && ["me", "know", "or", "and", "if"].contains(&words[before].text.as_str())
    });
    let same = |word: &&Word| word.sentence == when.sentence;
    let around = words[..at].iter().rev().take(30).take_while(same).chain(words[at..].iter().take(30).take_while(same));
    !told && around.into_iter().any(|word| ["what", "how", "which", "why"].contains(&word.text.as_str()))
}

/// "How did you find a job at your age": what the contact did, or others do, asks for nothing.
fn is_theirs(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    let at = words.partition_point(|word| word.start < start);
    let (Some(before), Some(verb)) = (at.checked_sub(1).map(|at| &words[at]), words.get(at)) else { return false };
    let same = before.sentence == verb.sentence;
    // "Before applying for a job", "I will apply for it": what may come to pass, without the reader.
    let later = match verb.text.as_str() {
        "applying" => ["before", "considering", "when", "while", "after", "from", "by"].contains(&before.text.as_str()),
        "apply" => matches!(before.text.as_str(), "will" | "i'll"),
        _ => false,
    };
    if same && later {
        return true;
    }
    let for_me = words.get(at + 1).is_some_and(|next| next.text == "me");
    same && !for_me && OTHERS.at(words, at - 1).is_some() && OWN_DOING.at(words, at).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::report::Report;
    use super::super::{Draft, Rules};
    use super::*;
    use crate::messages::MessageChannel;

    fn report(subject: &str, body: &str) -> Report {
        let (names, channel) = (["Grace Hopper".to_owned()], MessageChannel::Email);
        let subject = Some(subject);
        let draft = Draft { channel, purpose: None, subject, body, names: &names, mutual: &[], attachments: false };
        super::super::check(&Rules::default(), &draft)
    }

    fn asks(subject: &str, body: &str) -> bool {
        report(subject, body).findings.iter().any(|finding| finding.rule == Rule::AsksForJob)
    }

    fn is_praised(body: &str) -> bool {
        report("Compilers", body).praise.iter().any(|praise| praise.rule == Rule::AsksForJob)
    }

    #[test]
    fn asking_for_a_job_is_a_finding() {
        for body in [
            "I am looking for a job.",
            "I'm currently looking for a new position in finance.",
            "I am actively seeking employment.",
            "I'm looking for full-time work near Boston.",
            "I am currently seeking new opportunities in brand management.",
            "Are there openings in your team?",
            "Are there any openings at your company?",
            "Any internships available?",
            "Any openings?",
            "Could you forward my application?",
            "Please keep me in mind for any roles.",
            "I am applying to Navy Labs and would love a referral.",
            "Would you be willing to give me a referral?",
            "Do you know if your company takes on interns?",
            "Do you know anyone who is hiring?",
            "You guys hiring?",
            "I need a job.",
            "Do you have anything suitable?",
            "I would be the ideal candidate.",
            "Please let me know of any opportunities.",
            "Should a post become vacant, would you write to me?",
            "Is a junior position available?",
            "I would welcome a traineeship in your lab.",
            "Would your practice need a physio?",
            "What positions are open at Navy Labs?",
            "I saw your job posting and I am interested.",
            "I'd appreciate any help in finding a position.",
            "Would your team have room for an intern?",
            "I'd be keen on an internship with your museum.",
            "Any chance you're hiring?",
            "I was hoping you might have an opening for me.",
            "I'd be grateful for a referral.",
            "Let me know when you are hiring.",
            "Is your department taking on new people this year?",
            "If there's a desk free in your team, think of me.",
            "Could you pass my profile to your manager?",
            "Any leads would be great.",
            "Is there an opening in the marketing department?",
        ] {
            assert!(asks("Compilers", body), "{body}");
        }
        for subject in [
            "Looking for a job",
            "Looking for work",
            "Any openings at Navy?",
            "Seeking employment",
            "Seeking a position in compilers",
            "Job",
            "Re: Job application",
            "Vacancies",
            "Application for analyst",
            "Referral request",
            "Internship wanted",
        ] {
            assert!(asks(subject, "Hi Grace"), "{subject}");
        }
    }

    #[test]
    fn false_friends_ask_for_nothing() {
        for body in [
            "I looked for a job last year and then went to sea.",
            "The opening of your talk made me laugh.",
            "I'd like to hear about your role at the Navy.",
            "How did you find your first job?",
            "I have a job that I like.",
            "When I was looking for a job I read your book.",
            "I am looking for advice on the role of compilers.",
            "I am seeking to understand your work.",
            "I am looking for somebody who knows the job.",
            "Your doctor's referral system is a wonder.",
            "Thank you for referring me to Ana.",
            "What does the job ask of you?",
            "The position of the sun, the opening of the lens.",
            "I'm working as an intern at a bank.",
            "I did an internship in your city.",
            "I would like to hear about the internship you did at CERN.",
            "Which jobs are there in your field?",
            "I love my job at the bank, and would like to hear about yours.",
            "What surprised you about the job market?",
            "I'd love to know how you like your position at the lab.",
            "Would you have time before the opening night?",
            "If your position allows, could we talk?",
            "Could you tell me what a job like yours asks of people?",
            "I have applied for the position at the port authority.",
            "I will apply for the analyst position you mentioned.",
            "I am looking for opportunities to learn.",
            "I'm considering applying for a job in consulting, and would like to hear about your path.",
            "I recently finished an internship in your department and hope you are well.",
            "I hope to get an internship next summer; how did you prepare for yours?",
            "Your post on the job market for librarians made me think.",
            "Which jobs are available in your field?",
            "You said: \"we are hiring\".",
            "What do you look for when you are hiring junior engineers?",
            "When you were hiring for your team, what mattered?",
            "I'm grateful for your referral to Ana.",
            "My question: is there an opening in the reef at low tide?",
            "Is your team taking on the new harbour?",
            "Please give my regards to your boss.",
        ] {
            assert!(!asks("Compilers", body), "{body}: {:#?}", report("Compilers", body));
        }
        for subject in [
            "The job of a compiler",
            "Your role at the Navy",
            "Not a job, a question",
            "Work and life at sea",
            "Job shadowing",
        ] {
            assert!(!asks(subject, "Hi Grace"), "{subject}");
        }
    }

    #[test]
    fn what_is_denied_is_praised_unless_it_is_asked_all_the_same() {
        for body in [
            "I am not asking for a job.",
            "I'm not looking for a job, only for your story.",
            "I am not asking for a job, an internship or a referral.",
            "This is not about a job.",
            "I am happy where I am, and not job hunting.",
            "No job ask here, promise!",
            "I don't expect a job from this.",
            "I don't need a job, and I won't ask for one.",
        ] {
            assert!(is_praised(body) && !asks("Compilers", body), "{body}");
        }
        for body in [
            "I'm not asking for a job, just whether you have an opening.",
            "I'm not asking for a job, but are there any openings?",
            "I am not asking for a job. Please forward my application.",
            "I know you are not hiring, could you keep me in mind for any roles?",
            "I'm no longer a student, are you hiring?",
        ] {
            assert!(asks("Compilers", body) && !is_praised(body), "{body}");
        }
        assert!(
            asks("Looking for a job", "I am not asking for a job.")
                && !is_praised("Are you hiring? I'm not asking for a job.")
        );
    }
}
