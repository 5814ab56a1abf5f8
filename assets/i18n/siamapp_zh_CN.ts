<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name></name>
    <message>
        <source>No camera found</source>
        <translation>未找到摄像头</translation>
    </message>
    <message>
        <source>Plug one in and press F5, or open a video or a photo with Ctrl+O.</source>
        <translation>请接上摄像头后按 F5，或按 Ctrl+O 打开视频或照片。</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Press Start.</source>
        <translation>请按“开始”。</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Press Resume to go on.</source>
        <translation>按“继续”接着进行。</translation>
    </message>
    <message>
        <source>The camera is gone.</source>
        <translation>摄像头已断开。</translation>
    </message>
    <message>
        <source>It is used again as soon as it is back.</source>
        <translation>重新接上后会自动继续使用。</translation>
    </message>
    <message>
        <source>The picture is black</source>
        <translation>画面全黑</translation>
    </message>
    <message>
        <source>Is the lens covered, or the light off?</source>
        <translation>镜头是否被遮住，或灯没有开？</translation>
    </message>
    <message>
        <source>The picture stands still</source>
        <translation>画面静止不动</translation>
    </message>
    <message>
        <source>Nobody is recognised meanwhile. Unplug the camera and plug it in again.</source>
        <translation>此时不会识别任何人。请拔下摄像头再重新接上。</translation>
    </message>
    <message>
        <source>{number} %</source>
        <translation>{number}%</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{value} ms</source>
        <translation>{value} 毫秒</translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation>{name}：{value}</translation>
    </message>
    <message>
        <source>finding faces</source>
        <translation>查找人脸</translation>
    </message>
    <message>
        <source>aligning</source>
        <translation>对齐</translation>
    </message>
    <message>
        <source>quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>following</source>
        <translation>跟踪</translation>
    </message>
    <message>
        <source>recognising</source>
        <translation>提取特征</translation>
    </message>
    <message>
        <source>comparing</source>
        <translation>比对</translation>
    </message>
    <message>
        <source>deciding</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>about 1 stranger in {count} would pass</source>
        <translation>约每 {count} 个陌生人中有 1 个会通过</translation>
    </message>
    <message>
        <source>At this limit {words}.</source>
        <translation>在此阈值下，{words}。</translation>
    </message>
    <message>
        <source>Measured on {count} comparisons of strangers: {percent} % at most (95 % sure).</source>
        <translation>依据 {count} 次陌生人比对：至多 {percent}%（置信度 95%）。</translation>
    </message>
    <message>
        <source>{limit} {bound}</source>
        <translation>{limit}{bound}</translation>
    </message>
    <message>
        <source>{words}.</source>
        <translation>{words}。</translation>
    </message>
    <message>
        <source>1 sample</source>
        <translation>1 个样本</translation>
    </message>
    <message>
        <source>{count} samples</source>
        <translation>{count} 个样本</translation>
    </message>
    <message>
        <source>1 person</source>
        <translation>1 人</translation>
    </message>
    <message>
        <source>{count} people</source>
        <translation>{count} 人</translation>
    </message>
    <message>
        <source>1 decision</source>
        <translation>1 次判定</translation>
    </message>
    <message>
        <source>{count} decisions</source>
        <translation>{count} 次判定</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Unknown person</source>
        <translation>未知人员</translation>
    </message>
    <message>
        <source>Not the claimed person</source>
        <translation>不是所声称的人</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>尚未判定</translation>
    </message>
    <message>
        <source>Not judged</source>
        <translation>无法判定</translation>
    </message>
    <message>
        <source>Looks like a picture</source>
        <translation>疑似图片</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在辨认…</translation>
    </message>
    <message>
        <source>Cannot judge yet</source>
        <translation>暂时无法判定</translation>
    </message>
    <message>
        <source>Face: none was seen. Come in front of the camera.</source>
        <translation>人脸：未看到。请到摄像头前。</translation>
    </message>
    <message>
        <source>Picture: good enough to judge.</source>
        <translation>画面：足以判定。</translation>
    </message>
    <message>
        <source>Distance: {distance:.2f}, at most {threshold:.2f} is allowed.</source>
        <translation>距离：{distance:.2f}，上限为 {threshold:.2f}。</translation>
    </message>
    <message>
        <source>Distance: {distance:.2f} is too far, at most {threshold:.2f} is allowed.</source>
        <translation>距离：{distance:.2f}，过大，上限为 {threshold:.2f}。</translation>
    </message>
    <message>
        <source>Somebody is there: {reason}</source>
        <translation>确有真人：{reason}</translation>
    </message>
    <message>
        <source>Presence not shown: {reason}</source>
        <translation>未证实为真人：{reason}</translation>
    </message>
    <message>
        <source>Good. Look straight at the camera.</source>
        <translation>很好。请正视摄像头。</translation>
    </message>
    <message>
        <source>Good. Turn your head slowly to your left.</source>
        <translation>很好。请慢慢向左转头。</translation>
    </message>
    <message>
        <source>Good. Turn your head slowly to your right.</source>
        <translation>很好。请慢慢向右转头。</translation>
    </message>
    <message>
        <source>Good. Raise your chin a little.</source>
        <translation>很好。请稍微抬起下巴。</translation>
    </message>
    <message>
        <source>Good. Lower your chin a little.</source>
        <translation>很好。请稍微低下下巴。</translation>
    </message>
    <message>
        <source>Come into the picture: part of the face is outside.</source>
        <translation>请进入画面：脸的一部分在画面外。</translation>
    </message>
    <message>
        <source>Move closer: {value:.0f} px between the eyes, {limit:.0f} wanted.</source>
        <translation>请靠近些：两眼相距 {value:.0f} 像素，需要 {limit:.0f}。</translation>
    </message>
    <message>
        <source>More light on the face: brightness {value:.2f}, {limit:.2f} wanted.</source>
        <translation>请增加脸部光线：亮度 {value:.2f}，需要 {limit:.2f}。</translation>
    </message>
    <message>
        <source>Less light on the face: brightness {value:.2f}, {limit:.2f} allowed.</source>
        <translation>请减弱脸部光线：亮度 {value:.2f}，上限 {limit:.2f}。</translation>
    </message>
    <message>
        <source>Even out the light: contrast {value:.2f}, {limit:.2f} wanted.</source>
        <translation>请调匀光线：对比度 {value:.2f}，需要 {limit:.2f}。</translation>
    </message>
    <message>
        <source>Hold still: sharpness {value:.2f}, {limit:.2f} wanted.</source>
        <translation>请保持不动：清晰度 {value:.2f}，需要 {limit:.2f}。</translation>
    </message>
    <message>
        <source>Face the camera: turned by about {value:.0f}°, {limit:.0f}° allowed.</source>
        <translation>请面向摄像头：偏转约 {value:.0f}°，允许 {limit:.0f}°。</translation>
    </message>
    <message>
        <source>Level your head: nodded by about {value:.0f}°, {limit:.0f}° allowed.</source>
        <translation>请把头端平：俯仰约 {value:.0f}°，允许 {limit:.0f}°。</translation>
    </message>
    <message>
        <source>Hold your head upright: {value:.0f}° tilted, {limit:.0f}° allowed.</source>
        <translation>请把头摆正：倾斜 {value:.0f}°，允许 {limit:.0f}°。</translation>
    </message>
    <message>
        <source>No face is in the picture. Come into view and face the camera.</source>
        <translation>画面中没有人脸。请进入画面并面向摄像头。</translation>
    </message>
    <message>
        <source>{count} faces are in the picture: one person at a time.</source>
        <translation>画面中有 {count} 张脸：每次只能一个人。</translation>
    </message>
    <message>
        <source>Nobody enrolled</source>
        <translation>尚无登记</translation>
    </message>
    <message>
        <source>Pictures of any size</source>
        <translation>任意大小的图片</translation>
    </message>
    <message>
        <source>tells people apart</source>
        <translation>区分人员</translation>
    </message>
    <message>
        <source>finds faces</source>
        <translation>查找人脸</translation>
    </message>
    <message>
        <source>presence check</source>
        <translation>活体检测</translation>
    </message>
    <message>
        <source>sees what covers a face</source>
        <translation>查看脸部遮挡</translation>
    </message>
    <message>
        <source>Turns a face into a row of numbers: two pictures of one person give similar rows.</source>
        <translation>把人脸变成一串数字：同一个人的两张图片会得到相近的数字。</translation>
    </message>
    <message>
        <source>Finds the faces in a picture, with eyes, nose and corners of the mouth.</source>
        <translation>找出图片中的人脸，以及眼睛、鼻子和嘴角的位置。</translation>
    </message>
    <message>
        <source>Tells whether somebody is there, or only a picture of a face.</source>
        <translation>判断镜头前是真人，还是一张人脸的图片。</translation>
    </message>
    <message>
        <source>Tells how much of a face a mask, dark glasses or a hand covers.</source>
        <translation>判断口罩、墨镜或手遮住了多少脸。</translation>
    </message>
    <message>
        <source>Right on pairs of unseen people</source>
        <translation>未见过的人的图片对判断正确率</translation>
    </message>
    <message>
        <source>Right, at full precision</source>
        <translation>全精度下的正确率</translation>
    </message>
    <message>
        <source>The reference on the same pairs</source>
        <translation>参考模型在相同图片对上的正确率</translation>
    </message>
    <message>
        <source>Equal error rate</source>
        <translation>等错误率</translation>
    </message>
    <message>
        <source>Faces found in unseen scenes</source>
        <translation>未见过的场景中找到的人脸</translation>
    </message>
    <message>
        <source>Faces found in videos</source>
        <translation>视频中找到的人脸</translation>
    </message>
    <message>
        <source>Boxes where no face was</source>
        <translation>无人脸处的误检框</translation>
    </message>
    <message>
        <source>Error of the points, of the eye distance</source>
        <translation>关键点误差（占两眼间距）</translation>
    </message>
    <message>
        <source>Real people refused, simulated test</source>
        <translation>真人被拒（模拟测试）</translation>
    </message>
    <message>
        <source>Prints let through, simulated test</source>
        <translation>打印照片被放行（模拟测试）</translation>
    </message>
    <message>
        <source>Screens let through, simulated test</source>
        <translation>屏幕被放行（模拟测试）</translation>
    </message>
    <message>
        <source>Drawn masks found</source>
        <translation>找到的口罩（绘制）</translation>
    </message>
    <message>
        <source>Drawn dark glasses found</source>
        <translation>找到的墨镜（绘制）</translation>
    </message>
    <message>
        <source>Drawn hands found</source>
        <translation>找到的手（绘制）</translation>
    </message>
    <message>
        <source>Uncovered faces called covered</source>
        <translation>误判为遮挡的无遮挡脸</translation>
    </message>
    <message>
        <source>{value} ({low:.1f} to {high:.1f})</source>
        <translation>{value}（{low:.1f} 至 {high:.1f}）</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation>正在测量…</translation>
    </message>
    <message>
        <source>does not run here</source>
        <translation>此机器上无法运行</translation>
    </message>
    <message>
        <source>From {people} of your own people</source>
        <translation>来自您自己的 {people} 个人</translation>
    </message>
    <message>
        <source>Measured by its makers, from its card</source>
        <translation>由其制作者测得，取自模型卡</translation>
    </message>
    <message>
        <source>What it may be used for: {use}</source>
        <translation>可用于：{use}</translation>
    </message>
    <message>
        <source>Trained on:
{data}</source>
        <translation>训练数据：
{data}</translation>
    </message>
    <message>
        <source>Taught by: {teacher}</source>
        <translation>教师模型：{teacher}</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>制作日期</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Where it came from</source>
        <translation>来历</translation>
    </message>
    <message>
        <source>Files and licence</source>
        <translation>文件与许可</translation>
    </message>
    <message>
        <source>All figures and their commands</source>
        <translation>全部测量数据及其命令</translation>
    </message>
    <message>
        <source>It has no thresholds yet: `siamapp calibrate DIR --model {name}`.</source>
        <translation>尚无阈值，请运行：`siamapp calibrate DIR --model {name}`。</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>Verification</source>
        <translation>核验</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Stricter means that fewer strangers pass and that enrolled people are refused more often. The limits come from the model’s card. A presence check makes a photo or a screen harder to pass off; it is not a lock.</source>
        <translation>越严格，放行的陌生人越少，但已登记的人也更常被拒绝。阈值来自模型卡。活体检测使照片或屏幕更难蒙混过关，但它不是门锁。</translation>
    </message>
    <message>
        <source>People enrolled with one model are not known to another.</source>
        <translation>用一个模型登记的人，另一个模型并不认识。</translation>
    </message>
    <message>
        <source>As the camera likes</source>
        <translation>由摄像头决定</translation>
    </message>
    <message>
        <source>MJPEG: compressed, often more pictures per second</source>
        <translation>MJPEG：压缩，每秒画面往往更多</translation>
    </message>
    <message>
        <source>YUYV: uncompressed</source>
        <translation>YUYV：未压缩</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Watch, without asking for anything</source>
        <translation>只观察，不作要求</translation>
    </message>
    <message>
        <source>Ask for a movement</source>
        <translation>要求做一个动作</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器（CPU）</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>NVIDIA 显卡（CUDA）</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (TensorRT, starts slowly)</source>
        <translation>NVIDIA 显卡（TensorRT，启动较慢）</translation>
    </message>
    <message>
        <source>Graphics card (DirectML)</source>
        <translation>显卡（DirectML）</translation>
    </message>
    <message>
        <source>Apple processor (Core ML)</source>
        <translation>Apple 处理器（Core ML）</translation>
    </message>
    <message>
        <source>Intel processor or graphics card (OpenVINO)</source>
        <translation>Intel 处理器或显卡（OpenVINO）</translation>
    </message>
    <message>
        <source>Automatic (the fastest that is right)</source>
        <translation>自动（结果正确且最快者）</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source> day</source>
        <translation> 天</translation>
    </message>
    <message>
        <source>Picture size</source>
        <translation>画面尺寸</translation>
    </message>
    <message>
        <source>Picture format</source>
        <translation>画面格式</translation>
    </message>
    <message>
        <source>Turned clockwise</source>
        <translation>顺时针旋转</translation>
    </message>
    <message>
        <source>Show the camera as a mirror does</source>
        <translation>像镜子一样显示画面</translation>
    </message>
    <message>
        <source>Strangers let through</source>
        <translation>陌生人放行率</translation>
    </message>
    <message>
        <source>Frames that must agree</source>
        <translation>需一致的帧数</translation>
    </message>
    <message>
        <source>Presence check</source>
        <translation>活体检测</translation>
    </message>
    <message>
        <source>Smallest eye distance to enrol</source>
        <translation>登记所需的最小眼距</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>Longest try</source>
        <translation>单次最长时间</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Tries that follow by themselves</source>
        <translation>自动重试次数</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Refusals in a row that lock a claim</source>
        <translation>连续拒绝几次后锁定</translation>
    </message>
    <message>
        <source>Never lock</source>
        <translation>从不锁定</translation>
    </message>
    <message>
        <source>How long it stays locked</source>
        <translation>锁定时长</translation>
    </message>
    <message>
        <source>Keep the face pictures of samples</source>
        <translation>保留样本的人脸图片</translation>
    </message>
    <message>
        <source>Keep a small face picture with each decision</source>
        <translation>为每次判定保留一张小的人脸图片</translation>
    </message>
    <message>
        <source>Lock the window when unused for</source>
        <translation>闲置多久后锁定窗口</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Keep new people for</source>
        <translation>新登记者保留</translation>
    </message>
    <message>
        <source> days</source>
        <translation> 天</translation>
    </message>
    <message>
        <source>Locking asks for the passphrase again; a key in the system’s keyring opens without asking. Pictures of decisions show strangers too: tell whoever passes. Switching them off deletes all that were kept.</source>
        <translation>锁定后需再次输入口令；保存在系统钥匙串中的密钥会直接打开，不再询问。判定的小图也会留下陌生人的脸：请告知经过的人。关闭此项会删除已保存的全部小图。</translation>
    </message>
    <message>
        <source>Forever</source>
        <translation>永久</translation>
    </message>
    <message>
        <source>Keep decisions for</source>
        <translation>判定记录保留</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>运算设备</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>{first} and {second}</source>
        <translation>{first}、{second}</translation>
    </message>
    <message>
        <source>{error} {hint}</source>
        <translation>{error}{hint}</translation>
    </message>
    <message>
        <source>Deleted, for the last day to keep them is past</source>
        <translation>保留期已满，已删除</translation>
    </message>
    <message>
        <source>No keyring of this system keeps the key. Choose a passphrase for the gallery; it cannot be recovered if it is lost.</source>
        <translation>本系统没有可保存密钥的钥匙串。请为人员库设定口令；丢失后无法找回。</translation>
    </message>
</context>
<context>
    <name>Calendar</name>
    <message>
        <source>{year}</source>
        <translation>{year}年</translation>
    </message>
</context>
<context>
    <name>CardForm</name>
    <message>
        <source>Model card</source>
        <translation>模型卡</translation>
    </message>
    <message>
        <source>Input of this model</source>
        <translation>此模型的输入方式</translation>
    </message>
    <message>
        <source>Its makers say so beside the file. With wrong values it still answers, but knows fewer people: calibrate it before you use it.</source>
        <translation>模型作者会在文件旁说明。数值填错时它仍会作答，但认得的人更少：使用前请先校准。</translation>
    </message>
    <message>
        <source>Check and add</source>
        <translation>检查并添加</translation>
    </message>
    <message>
        <source>1st colour</source>
        <translation>第 1 通道</translation>
    </message>
    <message>
        <source>2nd colour</source>
        <translation>第 2 通道</translation>
    </message>
    <message>
        <source>3rd colour</source>
        <translation>第 3 通道</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>May be used for</source>
        <translation>可用于</translation>
    </message>
    <message>
        <source>Colour order</source>
        <translation>颜色顺序</translation>
    </message>
    <message>
        <source>Mean of each colour</source>
        <translation>各通道均值</translation>
    </message>
    <message>
        <source>Divisor of each colour</source>
        <translation>各通道除数</translation>
    </message>
    <message>
        <source>{what}: {colour}</source>
        <translation>{what}：{colour}</translation>
    </message>
    <message>
        <source>Picture side, px</source>
        <translation>图片边长（像素）</translation>
    </message>
    <message>
        <source>Numbers per face</source>
        <translation>每张脸的数值个数</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Unit length already</source>
        <translation>已归一化</translation>
    </message>
</context>
<context>
    <name>Carrying</name>
    <message>
        <source>Export people</source>
        <translation>导出人员</translation>
    </message>
    <message>
        <source>Import people</source>
        <translation>导入人员</translation>
    </message>
    <message>
        <source>{people} exported to {file}. Only the passphrase opens it.</source>
        <translation>已将 {people}导出到 {file}。只有口令才能打开它。</translation>
    </message>
    <message>
        <source>{people} imported.</source>
        <translation>已导入 {people}。</translation>
    </message>
    <message>
        <source>{said} {count} refused; {name}: {reason}</source>
        <translation>{said}拒绝 {count} 人；{name}：{reason}</translation>
    </message>
    <message>
        <source>Exported people (*{suffix});;All files (*)</source>
        <translation>导出的人员 (*{suffix});;所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose a passphrase for the file. Whoever imports it needs to know it.</source>
        <translation>请为文件选择口令。导入者需要知道它。</translation>
    </message>
    <message>
        <source>Enter the passphrase that the file was exported with.</source>
        <translation>请输入导出该文件时使用的口令。</translation>
    </message>
    <message>
        <source>Passphrase of the file</source>
        <translation>文件口令</translation>
    </message>
</context>
<context>
    <name>ClaimField</name>
    <message>
        <source>&amp;Who do they say they are?</source>
        <translation>对方声称自己是谁？(&amp;W)</translation>
    </message>
    <message>
        <source>Type a name</source>
        <translation>输入姓名</translation>
    </message>
    <message>
        <source>Name claimed</source>
        <translation>声称的姓名</translation>
    </message>
    <message>
        <source>Nobody of this name is enrolled.</source>
        <translation>没有登记过叫这个名字的人。</translation>
    </message>
    <message>
        <source>Type whom somebody claims to be.</source>
        <translation>请输入来人声称是谁。</translation>
    </message>
    <message>
        <source>Claim {name}</source>
        <translation>声称是 {name}</translation>
    </message>
</context>
<context>
    <name>ConsentDialog</name>
    <message>
        <source>Consent</source>
        <translation>同意书</translation>
    </message>
    <message>
        <source>Consent of {name}</source>
        <translation>{name} 的同意书</translation>
    </message>
</context>
<context>
    <name>ConsentFields</name>
    <message>
        <source>N&amp;ote</source>
        <translation>备注(&amp;O)</translation>
    </message>
    <message>
        <source>Note on the consent</source>
        <translation>同意书备注</translation>
    </message>
    <message>
        <source>Such as where the paper is</source>
        <translation>例如签字文件存放在哪里</translation>
    </message>
    <message>
        <source>&amp;Given on</source>
        <translation>同意日期(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Kept until</source>
        <translation>保留至(&amp;K)</translation>
    </message>
    <message>
        <source>After that day the person is deleted for good, without asking again.</source>
        <translation>该日之后，此人将被彻底删除，不再询问。</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something went wrong</source>
        <translation>出错了</translation>
    </message>
    <message>
        <source>This is a fault of SiamApp. Nobody was accepted because of it.</source>
        <translation>这是 SiamApp 的错误。没有人因此被放行。</translation>
    </message>
    <message>
        <source>The report below holds no picture, no name and no vector. Please send it to the makers.</source>
        <translation>下面的报告不含图片、姓名或特征向量。请发送给开发者。</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>&amp;Copy report</source>
        <translation>复制报告(&amp;C)</translation>
    </message>
</context>
<context>
    <name>DayChart</name>
    <message>
        <source>Decisions per day</source>
        <translation>每日判定</translation>
    </message>
    <message>
        <source>{day}: {matches} matched, {strangers} unknown or refused, {others} not judged</source>
        <translation>{day}：匹配 {matches}，未知或被拒 {strangers}，未判定 {others}</translation>
    </message>
    <message>
        <source>matched</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>unknown or refused</source>
        <translation>未知或被拒</translation>
    </message>
    <message>
        <source>not judged</source>
        <translation>未判定</translation>
    </message>
</context>
<context>
    <name>DistanceBar</name>
    <message>
        <source>Distance against threshold</source>
        <translation>距离与阈值</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>distance {distance}, threshold {threshold:.2f}</source>
        <translation>距离 {distance}，阈值 {threshold:.2f}</translation>
    </message>
    <message>
        <source>limit {0:.2f}</source>
        <translation>阈值 {0:.2f}</translation>
    </message>
</context>
<context>
    <name>EnrollForm</name>
    <message>
        <source>Good looks gathered</source>
        <translation>已采集的合格画面</translation>
    </message>
    <message>
        <source>First and last name</source>
        <translation>姓和名</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Enrol anyway</source>
        <translation>仍然登记</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>姓名(&amp;N)</translation>
    </message>
    <message>
        <source>A camera follows the turns of the head for about ten seconds and stops by itself. Then you see what is kept, and save it.</source>
        <translation>摄像头会跟随头部转动约十秒，然后自动停止。之后可查看保留的样本并保存。</translation>
    </message>
    <message>
        <source>Give a name and choose a camera, a video or photos.</source>
        <translation>请输入姓名，并选择摄像头、视频或照片。</translation>
    </message>
    <message>
        <source>Look at the camera.</source>
        <translation>请看向摄像头。</translation>
    </message>
    <message>
        <source>{words} Something seems to cover {share:.0f} % of the face: take it off.</source>
        <translation>{words}似乎有东西遮住了脸的 {share:.0f}%：请取下。</translation>
    </message>
    <message>
        <source>{error} {hint}</source>
        <translation>{error}{hint}</translation>
    </message>
    <message>
        <source>Ready to save.</source>
        <translation>可以保存了。</translation>
    </message>
    <message>
        <source>Now give a name and save.</source>
        <translation>请输入姓名并保存。</translation>
    </message>
    <message>
        <source>{name} is enrolled with {count}.</source>
        <translation>{name} 已登记，共 {count}。</translation>
    </message>
    <message>
        <source>Tick “Enrol anyway” if this really is somebody else.</source>
        <translation>如果确实是另一个人，请勾选“仍然登记”。</translation>
    </message>
    <message>
        <source>Not enrolled.</source>
        <translation>未登记。</translation>
    </message>
</context>
<context>
    <name>EnrollPage</name>
    <message>
        <source>Photos…</source>
        <translation>照片…</translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>Add a person from a camera, a video or photos.</source>
        <translation>从摄像头、视频或照片添加一个人。</translation>
    </message>
    <message>
        <source>Enrol many: a folder that holds a folder per person</source>
        <translation>批量登记：一个文件夹，其中每人一个子文件夹</translation>
    </message>
    <message>
        <source>The import of the folder is interrupted; it goes on after the unlocking.</source>
        <translation>文件夹导入已中断，解锁后会继续。</translation>
    </message>
    <message>
        <source>Choosing the best…</source>
        <translation>正在挑选最佳样本…</translation>
    </message>
    <message>
        <source>Press Start to go through the file</source>
        <translation>按“开始”查看该文件</translation>
    </message>
    <message>
        <source>Or drop photos or another video here.</source>
        <translation>也可以把照片或另一个视频拖到这里。</translation>
    </message>
    <message>
        <source>Press Start and look at the camera</source>
        <translation>按“开始”，然后看向摄像头</translation>
    </message>
    <message>
        <source>Turn your head a little to each side. Or drop photos or a video here.</source>
        <translation>向各个方向稍微转头。也可以把照片或视频拖到这里。</translation>
    </message>
    <message>
        <source>Drop photos or a video here</source>
        <translation>把照片或视频拖到这里</translation>
    </message>
    <message>
        <source>No camera was found. Plug one in and press F5, or choose files above.</source>
        <translation>未找到摄像头。请接上后按 F5，或在上方选择文件。</translation>
    </message>
    <message>
        <source>Photos or a video of one person</source>
        <translation>同一个人的照片或视频</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Photos and videos</source>
        <translation>照片和视频</translation>
    </message>
    <message>
        <source>There is no photo or video among these files. Choose JPEG, PNG or MP4.</source>
        <translation>这些文件中没有照片或视频。请选择 JPEG、PNG 或 MP4。</translation>
    </message>
    <message>
        <source>Looking at {count} photos…</source>
        <translation>正在查看 {count} 张照片…</translation>
    </message>
    <message>
        <source>Looking at the photo…</source>
        <translation>正在查看照片…</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
</context>
<context>
    <name>EnrollReview</name>
    <message>
        <source>{count} kept: the best and most different. Click one to take it again.</source>
        <translation>保留了 {count} 个最好且差异最大的样本。点击可重新采集。</translation>
    </message>
    <message>
        <source>Samples kept</source>
        <translation>保留的样本</translation>
    </message>
    <message>
        <source>Add looks</source>
        <translation>补充画面</translation>
    </message>
    <message>
        <source>More looks of the same person: glasses on, glasses off</source>
        <translation>同一个人的更多画面：戴眼镜、不戴眼镜</translation>
    </message>
    <message>
        <source>Note the consent</source>
        <translation>记录同意书</translation>
    </message>
    <message>
        <source>Sample {number}: take it again</source>
        <translation>样本 {number}：重新采集</translation>
    </message>
    <message>
        <source>Looks like {name}, who is enrolled: distance {distance:.2f}, limit {limit:.2f}.</source>
        <translation>与已登记的 {name} 相似：距离 {distance:.2f}，阈值 {limit:.2f}。</translation>
    </message>
</context>
<context>
    <name>EvaluatePage</name>
    <message>
        <source>Evaluate</source>
        <translation>评测</translation>
    </message>
    <message>
        <source>How well your own people are told apart, in numbers.</source>
        <translation>用数据衡量能否把您的人员区分开。</translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Pairs file…</source>
        <translation>配对文件…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Faces cut out already</source>
        <translation>已裁好的人脸</translation>
    </message>
    <message>
        <source>The pictures are aligned faces of 112 px already</source>
        <translation>图片已是对齐好的 112 像素人脸</translation>
    </message>
    <message>
        <source>Pictures looked at</source>
        <translation>已查看的图片</translation>
    </message>
    <message>
        <source>Measure on your own pictures</source>
        <translation>用您自己的图片评测</translation>
    </message>
    <message>
        <source>Choose a folder that holds one folder of photos per person.</source>
        <translation>请选择一个文件夹，其中每人一个照片子文件夹。</translation>
    </message>
    <message>
        <source>Rates</source>
        <translation>错误率</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Thresholds by false-match rate</source>
        <translation>按误识率列出的阈值</translation>
    </message>
    <message>
        <source>Strangers let through</source>
        <translation>陌生人放行率</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Comparisons</source>
        <translation>比对次数</translation>
    </message>
    <message>
        <source>At most, at 95&#xa0;%</source>
        <translation>95% 上限</translation>
    </message>
    <message>
        <source>Own people refused</source>
        <translation>本人拒绝率</translation>
    </message>
    <message>
        <source>A folder of people</source>
        <translation>人员文件夹</translation>
    </message>
    <message>
        <source>A pairs file</source>
        <translation>配对文件</translation>
    </message>
    <message>
        <source>Pairs (*.txt *.csv)</source>
        <translation>配对 (*.txt *.csv)</translation>
    </message>
    <message>
        <source>The folder that its pictures are in</source>
        <translation>图片所在的文件夹</translation>
    </message>
    <message>
        <source>Picture {done} of {of}</source>
        <translation>第 {done} 张，共 {of} 张</translation>
    </message>
    <message>
        <source>{pictures} pictures of {people} people: {genuine} comparisons of one person and {impostors} of strangers. Equal error rate {eer:.2f} % ({low:.2f} to {high:.2f} % at 95 %); {lost:.1f} % of the pictures gave no face.</source>
        <translation>{people} 人的 {pictures} 张图片：同一人比对 {genuine} 次，陌生人比对 {impostors} 次。等错误率 {eer:.2f}%（95% 区间 {low:.2f} 至 {high:.2f}%）；{lost:.1f}% 的图片中未找到人脸。</translation>
    </message>
    <message>
        <source>The interval comes from drawing people anew; rates rarer than were seen are carried on from the tail of the distances. “Use” puts these thresholds in the place of those on the model’s card.</source>
        <translation>区间由对人员重新抽样得出；比实际观察到的更罕见的比率由距离分布的尾部外推。“使用”会以这些阈值取代模型卡上的阈值。</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Use the threshold at which {words}</source>
        <translation>使用此阈值：{words}</translation>
    </message>
    <message>
        <source>In use: {words}.</source>
        <translation>使用中：{words}。</translation>
    </message>
    <message>
        <source>Export the report</source>
        <translation>导出报告</translation>
    </message>
    <message>
        <source>Web page (*.html);;PDF (*.pdf)</source>
        <translation>网页 (*.html);;PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Written: {name}</source>
        <translation>已写入：{name}</translation>
    </message>
</context>
<context>
    <name>GroupCard</name>
    <message>
        <source>Are they one and the same person?</source>
        <translation>他们是同一个人吗？</translation>
    </message>
    <message>
        <source>All samples go to one of them; the earlier end of retention counts.</source>
        <translation>全部样本归入其中一人；保留期限以较早者为准。</translation>
    </message>
    <message>
        <source>&amp;Keep the name</source>
        <translation>保留姓名(&amp;K)</translation>
    </message>
    <message>
        <source>Name to keep</source>
        <translation>要保留的姓名</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Delete all</source>
        <translation>全部删除</translation>
    </message>
    <message>
        <source>{count} people selected</source>
        <translation>已选 {count} 人</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>视频流</translation>
    </message>
    <message>
        <source>{name} ({distance})</source>
        <translation>{name}，{distance}</translation>
    </message>
    <message>
        <source>deleted #{number}</source>
        <translation>已删除人员 {number}</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>核验</translation>
    </message>
    <message>
        <source>Identified</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Claim</source>
        <translation>声称</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>最接近者</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Runner-up</source>
        <translation>第二接近者</translation>
    </message>
    <message>
        <source>Eyes, px</source>
        <translation>眼距（像素）</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>运行于</translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message>
        <source>Choose a decision to see the rest of it here.</source>
        <translation>选择一条记录，即可在此查看其余内容。</translation>
    </message>
    <message>
        <source>History</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Every decision, as the audit recorded it.</source>
        <translation>审计所记录的每一次判定。</translation>
    </message>
    <message>
        <source>Only this person</source>
        <translation>按人员筛选</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>另存为 CSV…</translation>
    </message>
    <message>
        <source>Save these decisions as a CSV file</source>
        <translation>将这些判定保存为 CSV 文件</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>All time</source>
        <translation>全部时间</translation>
    </message>
    <message>
        <source>All results</source>
        <translation>全部结果</translation>
    </message>
    <message>
        <source>Unknown or refused</source>
        <translation>未知或被拒</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Per day</source>
        <translation>每日判定</translation>
    </message>
    <message>
        <source>Decisions</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>Nothing was decided yet</source>
        <translation>还没有任何判定</translation>
    </message>
    <message>
        <source>Verify or identify somebody; each decision is then listed here.</source>
        <translation>核验或识别某人后，每次判定都会列在这里。</translation>
    </message>
    <message>
        <source>Identify</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>No such decisions</source>
        <translation>没有符合条件的判定</translation>
    </message>
    <message>
        <source>Choose a longer period or another result.</source>
        <translation>请选择更长的时段或其他结果。</translation>
    </message>
    <message>
        <source>Saved as {file}: {decisions}. It holds names: guard it.</source>
        <translation>已存为 {file}：{decisions}。文件含有姓名，请妥善保管。</translation>
    </message>
    <message>
        <source>Save the decisions</source>
        <translation>保存判定</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>CSV 文件 (*.csv)</translation>
    </message>
</context>
<context>
    <name>IdentifyPage</name>
    <message>
        <source>Identify</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Who is in view, decided on this computer.</source>
        <translation>画面中是谁，在本机上判定。</translation>
    </message>
    <message>
        <source>Nobody is enrolled yet. Enrol somebody first, or choose a source and press Start: whoever comes into view can be enrolled from here.</source>
        <translation>还没有登记任何人。请先登记，或选择来源并按“开始”：进入画面的人可以从这里直接登记。</translation>
    </message>
    <message>
        <source>Choose a source and press Start: whoever comes into view is told here.</source>
        <translation>请选择来源并按“开始”：进入画面的人会显示在这里。</translation>
    </message>
    <message>
        <source>Cannot see. Nobody is recognised until the picture is back.</source>
        <translation>看不到画面。画面恢复前不会识别任何人。</translation>
    </message>
    <message>
        <source>Nobody in view. Come in front of the camera.</source>
        <translation>画面中没有人。请到摄像头前。</translation>
    </message>
    <message>
        <source>Noted: this face is not {name}.</source>
        <translation>已记下：这张脸不是 {name}。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Enrol many</source>
        <translation>批量登记</translation>
    </message>
    <message>
        <source>Enrol a folder of people</source>
        <translation>登记一个人员文件夹</translation>
    </message>
    <message>
        <source>The folder holds one folder of photos and videos per person, named as the person. Who is enrolled already is passed by, so you can stop and go on later.</source>
        <translation>文件夹中每人一个子文件夹，内含照片和视频，并以姓名命名。已登记的人会跳过，因此可以中途停止，以后再继续。</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>People looked at</source>
        <translation>已处理的人员</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Save report…</source>
        <translation>保存报告…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>A folder that holds one per person</source>
        <translation>每人一个子文件夹的文件夹</translation>
    </message>
    <message>
        <source>Enrolled already, passed by.</source>
        <translation>已登记，跳过。</translation>
    </message>
    <message>
        <source>If it is somebody else, enrol them singly and tick “Enrol anyway”.</source>
        <translation>如果是另一个人，请单独登记此人并勾选“仍然登记”。</translation>
    </message>
    <message>
        <source>{error} {hint}</source>
        <translation>{error}{hint}</translation>
    </message>
    <message>
        <source>Enrolled with {count}.</source>
        <translation>已登记，共 {count}。</translation>
    </message>
    <message>
        <source>{done} of {total}: {enrolled} enrolled, {known} passed by, {refused} refused</source>
        <translation>{done}/{total}：登记 {enrolled}，跳过 {known}，拒绝 {refused}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>{file} cannot be written: {why}.</source>
        <translation>无法写入 {file}：{why}。</translation>
    </message>
</context>
<context>
    <name>LookAlikesDialog</name>
    <message>
        <source>Look-alikes</source>
        <translation>相似的人</translation>
    </message>
    <message>
        <source>Show both</source>
        <translation>显示两人</translation>
    </message>
    <message>
        <source>Pairs of people who look alike</source>
        <translation>长相相似的人员对</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>And</source>
        <translation>相似者</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Extra margin</source>
        <translation>额外余量</translation>
    </message>
    <message>
        <source>One of the two is named only where the other is farther off by this extra margin, which counts by itself. If both are one person, show and merge them.</source>
        <translation>只有当另一人再远出这一额外余量时，才会说出两人之一的姓名；余量会自动生效。如果两者是同一个人，请显示并合并。</translation>
    </message>
    <message>
        <source>Comparing everybody with everybody…</source>
        <translation>正在两两比对所有人…</translation>
    </message>
    <message>
        <source>Pairs who look alike: {count}</source>
        <translation>相似的人员对：{count}</translation>
    </message>
    <message>
        <source>Nobody looks like anybody else here</source>
        <translation>这里没有长相相似的人</translation>
    </message>
    <message>
        <source>Everybody is told apart by the usual limit.</source>
        <translation>用通常的阈值就能区分所有人。</translation>
    </message>
    <message>
        <source>none needed</source>
        <translation>不需要</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>ModelView</name>
    <message>
        <source>Key figures</source>
        <translation>关键数据</translation>
    </message>
    <message>
        <source>Time for one picture on this machine</source>
        <translation>本机处理一张图片的时间</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Strangers let through</source>
        <translation>陌生人放行率</translation>
    </message>
    <message>
        <source>At most, at 95&#xa0;%</source>
        <translation>95% 上限</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Comparisons</source>
        <translation>比对次数</translation>
    </message>
    <message>
        <source>Own people refused</source>
        <translation>本人拒绝率</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>What finds and tells apart faces, and where it came from.</source>
        <translation>用什么来查找和区分人脸，以及它的来历。</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add ONNX file…</source>
        <translation>添加 ONNX 文件…</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Installed models</source>
        <translation>已安装的模型</translation>
    </message>
    <message>
        <source>Card of the model</source>
        <translation>模型卡</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>无法使用</translation>
    </message>
    <message>
        <source>Its files are deleted. People enrolled with it are not known to other models.</source>
        <translation>其文件将被删除。用它登记的人，其他模型并不认识。</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>重新测量</translation>
    </message>
    <message>
        <source>How long one picture takes here, on each device</source>
        <translation>每种设备处理一张图片所需的时间</translation>
    </message>
    <message>
        <source>{state}, in use</source>
        <translation>{state}，使用中</translation>
    </message>
    <message>
        <source>A model folder with its card</source>
        <translation>带有模型卡的模型文件夹</translation>
    </message>
    <message>
        <source>An embedder</source>
        <translation>特征模型</translation>
    </message>
    <message>
        <source>ONNX (*.onnx)</source>
        <translation>ONNX (*.onnx)</translation>
    </message>
    <message>
        <source>Checking {name}…</source>
        <translation>正在检查 {name}…</translation>
    </message>
    <message>
        <source>{name} was checked and added.</source>
        <translation>{name} 已检查并添加。</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>移除 {name}？</translation>
    </message>
    <message>
        <source>Use {name} from now on?</source>
        <translation>今后使用 {name}？</translation>
    </message>
    <message>
        <source>Use, with new templates</source>
        <translation>使用，并生成新模板</translation>
    </message>
    <message>
        <source>At your rate, {words}.</source>
        <translation>按您设定的比率，{words}。</translation>
    </message>
    <message>
        <source>{people} can get new templates from kept pictures.</source>
        <translation>{people}可由保留的图片生成新模板。</translation>
    </message>
    <message>
        <source>To be enrolled again: {names}.</source>
        <translation>需要重新登记：{names}。</translation>
    </message>
    <message>
        <source>Nobody has to be enrolled again.</source>
        <translation>无人需要重新登记。</translation>
    </message>
    <message>
        <source>Making new templates…</source>
        <translation>正在生成新模板…</translation>
    </message>
</context>
<context>
    <name>OpeningPage</name>
    <message>
        <source>Opening</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>The gallery is closed and its key is forgotten.</source>
        <translation>人员库已关闭，密钥已清除。</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Opening the gallery…</source>
        <translation>正在打开人员库…</translation>
    </message>
    <message>
        <source>Models are checked.</source>
        <translation>正在检查模型。</translation>
    </message>
</context>
<context>
    <name>PassphraseDialog</name>
    <message>
        <source>Gallery passphrase</source>
        <translation>人员库口令</translation>
    </message>
    <message>
        <source>Choose a passphrase for the gallery. It cannot be recovered if it is lost.</source>
        <translation>请为人员库设定口令。丢失后无法找回。</translation>
    </message>
    <message>
        <source>The gallery is locked. Enter its passphrase.</source>
        <translation>人员库已锁定。请输入口令。</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>再次输入口令</translation>
    </message>
    <message>
        <source>&amp;Passphrase</source>
        <translation>口令(&amp;P)</translation>
    </message>
    <message>
        <source>Once &amp;again</source>
        <translation>再输入一次(&amp;A)</translation>
    </message>
    <message>
        <source>At least {count} characters.</source>
        <translation>至少 {count} 个字符。</translation>
    </message>
    <message>
        <source>The two differ.</source>
        <translation>两次输入不一致。</translation>
    </message>
    <message>
        <source>Set passphrase</source>
        <translation>设置口令</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
</context>
<context>
    <name>PeoplePage</name>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Everybody in the gallery on this computer, encrypted.</source>
        <translation>本机人员库中的所有人，已加密。</translation>
    </message>
    <message>
        <source>Name or tag</source>
        <translation>姓名或标签</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Show as a grid</source>
        <translation>以网格显示</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Import people from an exported file</source>
        <translation>从导出的文件导入人员</translation>
    </message>
    <message>
        <source>Look-alikes…</source>
        <translation>相似的人…</translation>
    </message>
    <message>
        <source>Pairs of people who look alike</source>
        <translation>长相相似的人员对</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按姓名</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新在前</translation>
    </message>
    <message>
        <source>Most samples</source>
        <translation>样本最多</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Nobody is enrolled yet</source>
        <translation>还没有人登记</translation>
    </message>
    <message>
        <source>Enrol the first person from the camera, a video or photos.</source>
        <translation>请从摄像头、视频或照片登记第一个人。</translation>
    </message>
    <message>
        <source>Enrol somebody</source>
        <translation>登记人员</translation>
    </message>
    <message>
        <source>No such name or tag</source>
        <translation>没有匹配的姓名或标签</translation>
    </message>
    <message>
        <source>Try fewer letters, or press Escape.</source>
        <translation>请少输入几个字，或按 Esc。</translation>
    </message>
    <message>
        <source>{old} is now {new}.</source>
        <translation>{old} 已改名为 {new}。</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Tags of {name}, with commas between them</source>
        <translation>{name} 的标签，用逗号分隔</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Tags of {name} changed.</source>
        <translation>{name} 的标签已更改。</translation>
    </message>
    <message>
        <source>Consent of {name} changed.</source>
        <translation>{name} 的同意书已更改。</translation>
    </message>
    <message>
        <source>{name} is deleted.</source>
        <translation>{name} 已删除。</translation>
    </message>
    <message>
        <source>{count} people are deleted.</source>
        <translation>已删除 {count} 人。</translation>
    </message>
    <message>
        <source>Merged into {name}.</source>
        <translation>已合并到 {name}。</translation>
    </message>
    <message>
        <source>{count} removed.</source>
        <translation>已移除 {count}。</translation>
    </message>
    <message>
        <source>Split off</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Who is on the chosen samples?</source>
        <translation>所选样本上是谁？</translation>
    </message>
    <message>
        <source>{name} is a person of their own now.</source>
        <translation>{name} 现在是单独的人员。</translation>
    </message>
    <message>
        <source>{said} It can be undone until you leave this page.</source>
        <translation>{said}离开此页之前可以撤销。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undone: {said}</source>
        <translation>已撤销以下操作：{said}</translation>
    </message>
    <message>
        <source>Undo more</source>
        <translation>继续撤销</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>PersonCard</name>
    <message>
        <source>New name</source>
        <translation>新姓名</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Rename (F2)</source>
        <translation>改名 (F2)</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Delete (Del); can be undone until you leave the page</source>
        <translation>删除 (Del)；离开此页之前可以撤销</translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation>标签…</translation>
    </message>
    <message>
        <source>Consent and retention…</source>
        <translation>同意书与保留期限…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Enrolled on {day}</source>
        <translation>登记于 {day}</translation>
    </message>
    <message>
        <source>consent of {day}</source>
        <translation>{day} 同意</translation>
    </message>
    <message>
        <source>kept until {day}</source>
        <translation>保留至 {day}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Tags: {tags}</source>
        <translation>标签：{tags}</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>查找范围(&amp;L)：</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>文件类型(&amp;T)：</translation>
    </message>
</context>
<context>
    <name>QualityList</name>
    <message>
        <source>Faces in the picture</source>
        <translation>画面中的人脸</translation>
    </message>
    <message>
        <source>Between the eyes</source>
        <translation>两眼间距</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <translation>清晰度</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Turned</source>
        <translation>偏转</translation>
    </message>
    <message>
        <source>Nodded</source>
        <translation>俯仰</translation>
    </message>
    <message>
        <source>Tilted</source>
        <translation>倾斜</translation>
    </message>
    <message>
        <source>In the picture</source>
        <translation>在画面内</translation>
    </message>
    <message>
        <source>Covered</source>
        <translation>遮挡</translation>
    </message>
    <message>
        <source>Measures of the face</source>
        <translation>人脸质量指标</translation>
    </message>
    <message>
        <source>from {low:.0f} px</source>
        <translation>≥ {low:.0f} 像素</translation>
    </message>
    <message>
        <source>from {low:.2f}</source>
        <translation>≥ {low:.2f}</translation>
    </message>
    <message>
        <source>{low:.2f} to {high:.2f}</source>
        <translation>{low:.2f} 至 {high:.2f}</translation>
    </message>
    <message>
        <source>up to {high:.0f}°</source>
        <translation>≤ {high:.0f}°</translation>
    </message>
    <message>
        <source>from {low:.0f} %</source>
        <translation>≥ {low:.0f}%</translation>
    </message>
    <message>
        <source>up to {high:.0f} %</source>
        <translation>≤ {high:.0f}%</translation>
    </message>
    <message>
        <source>{value:.0f} px</source>
        <translation>{value:.0f} 像素</translation>
    </message>
</context>
<context>
    <name>RateCharts</name>
    <message>
        <source>Strangers let through (FMR)</source>
        <translation>误识率（FMR）</translation>
    </message>
    <message>
        <source>Refused (FNMR)</source>
        <translation>拒识率（FNMR）</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>本人通过率</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>占比</translation>
    </message>
    <message>
        <source>Error trade-off (DET)</source>
        <translation>错误权衡（DET）</translation>
    </message>
    <message>
        <source>Acceptance (ROC)</source>
        <translation>通过率（ROC）</translation>
    </message>
    <message>
        <source>Distances</source>
        <translation>距离分布</translation>
    </message>
    <message>
        <source>Distance {distance:.3f}: {fmr:.3g} % of strangers let through, {fnmr:.1f} % of own people refused</source>
        <translation>距离 {distance:.3f}：放行陌生人 {fmr:.3g}%，拒绝本人 {fnmr:.1f}%</translation>
    </message>
    <message>
        <source>Distance about {distance:.2f}: {own} comparisons of one person (solid), {others} of strangers (dashed)</source>
        <translation>距离约 {distance:.2f}：同一人比对 {own} 次（实线），陌生人比对 {others} 次（虚线）</translation>
    </message>
</context>
<context>
    <name>RecentDecisions</name>
    <message>
        <source>Recent</source>
        <translation>最近判定</translation>
    </message>
    <message>
        <source>Decisions appear here as they are made.</source>
        <translation>判定会即时显示在这里。</translation>
    </message>
    <message>
        <source>Recent decisions</source>
        <translation>最近的判定</translation>
    </message>
</context>
<context>
    <name>SampleList</name>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Split off…</source>
        <translation>拆分…</translation>
    </message>
    <message>
        <source>Make another person of the chosen samples</source>
        <translation>用所选样本建立另一个人</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the chosen samples</source>
        <translation>移除所选样本</translation>
    </message>
    <message>
        <source>The distance is to the person’s other samples. Choose some to split them off or to remove them.</source>
        <translation>距离是与此人其他样本之间的距离。选择样本后可拆分或移除。</translation>
    </message>
    <message>
        <source>eyes {eyes:.0f} px</source>
        <translation>眼距 {eyes:.0f} 像素</translation>
    </message>
    <message>
        <source>{distance:.2f}: far off</source>
        <translation>{distance:.2f}：偏离较大</translation>
    </message>
    <message>
        <source>distance {distance:.2f}</source>
        <translation>距离 {distance:.2f}</translation>
    </message>
    <message>
        <source>Sharpness {sharp:.2f}, brightness {light:.2f}, contrast {contrast:.2f}
Turned {yaw}, nodded {pitch}, tilted {roll}</source>
        <translation>清晰度 {sharp:.2f}，亮度 {light:.2f}，对比度 {contrast:.2f}
偏转 {yaw}，俯仰 {pitch}，倾斜 {roll}</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Changes apply at once and are kept.</source>
        <translation>更改立即生效并保存。</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>搜索设置</translation>
    </message>
    <message>
        <source>No such setting</source>
        <translation>没有匹配的设置</translation>
    </message>
    <message>
        <source>Try fewer letters, or press Escape.</source>
        <translation>请少输入几个字，或按 Esc。</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Versions and measurements; nothing about any person</source>
        <translation>版本与测量值；不含任何人的信息</translation>
    </message>
    <message>
        <source>First camera found</source>
        <translation>找到的第一个摄像头</translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation>未找到摄像头</translation>
    </message>
    <message>
        <source>{name} (not there now)</source>
        <translation>{name}（当前不可用）</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>正在测量…</translation>
    </message>
    <message>
        <source>detector {detector:.1f} ms, embedder {embedder:.1f} ms</source>
        <translation>检测 {detector:.1f} 毫秒，特征 {embedder:.1f} 毫秒</translation>
    </message>
    <message>
        <source>{wanted} was chosen, but the models run on {running}.</source>
        <translation>选择了 {wanted}，但模型实际运行在 {running} 上。</translation>
    </message>
    <message>
        <source>No picture was looked at yet: start a camera or a video on the Identify page.</source>
        <translation>还没有查看过画面：请在“识别”页启动摄像头或视频。</translation>
    </message>
    <message>
        <source>Last picture: {frames} frames, {dropped} dropped, {fps:.1f} results/s</source>
        <translation>最近一次：{frames} 帧，丢弃 {dropped} 帧，每秒 {fps:.1f} 个结果</translation>
    </message>
    <message>
        <source>The camera sends {format}.</source>
        <translation>摄像头发送的格式为 {format}。</translation>
    </message>
</context>
<context>
    <name>SourceBar</name>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation>未找到摄像头</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open a file or a stream</source>
        <translation>打开文件或视频流</translation>
    </message>
    <message>
        <source>Open a video, a photo or a stream (Ctrl+O)</source>
        <translation>打开视频、照片或视频流 (Ctrl+O)</translation>
    </message>
    <message>
        <source>Video or photo…</source>
        <translation>视频或照片…</translation>
    </message>
    <message>
        <source>Stream address…</source>
        <translation>视频流地址…</translation>
    </message>
    <message>
        <source>Look for cameras again</source>
        <translation>重新查找摄像头</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Videos and photos</source>
        <translation>视频和照片</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Open a video or a photo</source>
        <translation>打开视频或照片</translation>
    </message>
    <message>
        <source>Open a stream</source>
        <translation>打开视频流</translation>
    </message>
    <message>
        <source>Address of an MJPEG or RTSP stream</source>
        <translation>MJPEG 或 RTSP 视频流的地址</translation>
    </message>
</context>
<context>
    <name>TrackCard</name>
    <message>
        <source>The name is kept: frames before this one were nearer.</source>
        <translation>沿用此姓名：之前的画面更接近。</translation>
    </message>
    <message>
        <source>Nearest: {name} at {distance:.2f}.</source>
        <translation>最接近：{name}，距离 {distance:.2f}。</translation>
    </message>
    <message>
        <source>Runner-up: {name} at {distance:.2f}.</source>
        <translation>第二接近：{name}，距离 {distance:.2f}。</translation>
    </message>
    <message>
        <source>This is not {name}</source>
        <translation>这不是 {name}</translation>
    </message>
    <message>
        <source>Enrol this person</source>
        <translation>登记此人</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show the window</source>
        <translation>显示窗口</translation>
    </message>
    <message>
        <source>Lock now</source>
        <translation>立即锁定</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>VerdictPanel</name>
    <message>
        <source>Distance to the person claimed (smaller is more alike)</source>
        <translation>与所声称之人的距离（越小越像）</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>为什么？</translation>
    </message>
    <message>
        <source>Why not?</source>
        <translation>为什么不通过？</translation>
    </message>
    <message>
        <source>This is {name}.</source>
        <translation>这是 {name}。</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>Not recognised as {name}.</source>
        <translation>未能确认为 {name}。</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>No face could be judged. Nobody was refused.</source>
        <translation>没有可判定的人脸。未拒绝任何人。</translation>
    </message>
    <message>
        <source>Time was over before it was certain. Nobody was refused.</source>
        <translation>时间已到，尚未得出结论。未拒绝任何人。</translation>
    </message>
    <message>
        <source>Not clear</source>
        <translation>不确定</translation>
    </message>
</context>
<context>
    <name>VerifyPage</name>
    <message>
        <source>Verify</source>
        <translation>核验</translation>
    </message>
    <message>
        <source>Is this the person they say they are?</source>
        <translation>来人是否就是其声称的人？</translation>
    </message>
    <message>
        <source>Nobody is enrolled yet</source>
        <translation>还没有人登记</translation>
    </message>
    <message>
        <source>Enrol somebody first; then anybody can claim to be that person here.</source>
        <translation>请先登记；之后即可在此核验某人是否是其声称的人。</translation>
    </message>
    <message>
        <source>Enrol somebody</source>
        <translation>登记人员</translation>
    </message>
    <message>
        <source>Verify (Return or Space); Escape cancels</source>
        <translation>核验（回车或空格）；Esc 取消</translation>
    </message>
    <message>
        <source>One more refusal in a row locks this claim.</source>
        <translation>再被拒绝一次，此人的核验将被锁定。</translation>
    </message>
    <message>
        <source>{count} more refusals in a row lock this claim.</source>
        <translation>再连续被拒绝 {count} 次，此人的核验将被锁定。</translation>
    </message>
    <message>
        <source>Too many refusals in a row. Try again in {left}.</source>
        <translation>连续拒绝次数过多。请在 {left} 后重试。</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Choose a name and press Verify.</source>
        <translation>请选择姓名并按“核验”。</translation>
    </message>
    <message>
        <source>Look at the camera.</source>
        <translation>请看向摄像头。</translation>
    </message>
    <message>
        <source>Try {number}. {said}</source>
        <translation>第 {number} 次。{said}</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在辨认…</translation>
    </message>
    <message>
        <source>Verify again</source>
        <translation>再次核验</translation>
    </message>
    <message>
        <source>Choose a camera, or open a video or a photo.</source>
        <translation>请选择摄像头，或打开视频或照片。</translation>
    </message>
    <message>
        <source>Press Verify and look at the camera.</source>
        <translation>请按“核验”，并看向摄像头。</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
</context>
<context>
    <name>VideoView</name>
    <message>
        <source>Video</source>
        <translation>视频</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Welcome to SiamApp</source>
        <translation>欢迎使用 SiamApp</translation>
    </message>
    <message>
        <source>Enrol people at this desk; later ask who somebody is, or check a claim.</source>
        <translation>在这里登记人员，之后即可识别来人是谁，或核对其声称的身份。</translation>
    </message>
    <message>
        <source>Everything runs on this computer</source>
        <translation>一切都在本机运行</translation>
    </message>
    <message>
        <source>Nothing is sent anywhere.</source>
        <translation>不会向任何地方发送数据。</translation>
    </message>
    <message>
        <source>Names, face samples and decisions are kept encrypted</source>
        <translation>姓名、人脸样本和判定记录加密保存</translation>
    </message>
    <message>
        <source>It is not a lock</source>
        <translation>它不是门锁</translation>
    </message>
    <message>
        <source>Do not guard a door or a payment with it.</source>
        <translation>请勿用来看守大门或确认付款。</translation>
    </message>
    <message>
        <source>The gallery is encrypted. Where should its key be kept?</source>
        <translation>人员库已加密。密钥保存在哪里？</translation>
    </message>
    <message>
        <source>Whoever loses the key loses the gallery: nobody can recover it.</source>
        <translation>丢失密钥就等于丢失人员库：谁也无法恢复。</translation>
    </message>
    <message>
        <source>Choose a camera and look into it. Without one, open a video or a photo.</source>
        <translation>请选择摄像头，并看向镜头。没有摄像头时，可打开视频或照片。</translation>
    </message>
    <message>
        <source>In the system’s keyring, which opens with your login</source>
        <translation>保存在系统钥匙串中，登录系统后即可打开</translation>
    </message>
    <message>
        <source>Nowhere: I type a passphrase at every start</source>
        <translation>不保存：每次启动时输入口令</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Step {step} of {steps}</source>
        <translation>第 {step} 步，共 {steps} 步</translation>
    </message>
    <message>
        <source>Start using it</source>
        <translation>开始使用</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>Nothing to enrol: {0}.</source>
        <translation>没有可登记的内容：{0}。</translation>
    </message>
    <message>
        <source>There was no picture to look at.</source>
        <translation>没有可查看的图片。</translation>
    </message>
    <message>
        <source>Choose photos or a video with a face.</source>
        <translation>请选择带有人脸的照片或视频。</translation>
    </message>
    <message>
        <source>No picture was good enough to enrol.</source>
        <translation>没有一张图片好到可以登记。</translation>
    </message>
    <message>
        <source>Face the camera in even light.</source>
        <translation>请在均匀的光线下面向摄像头。</translation>
    </message>
    <message>
        <source>The pictures do not agree: {0} of {1} look like somebody else.</source>
        <translation>图片不一致：{1} 张中有 {0} 张像是别人。</translation>
    </message>
    <message>
        <source>Use pictures of one person only.</source>
        <translation>请只使用同一个人的图片。</translation>
    </message>
    <message>
        <source>This face is already enrolled as {0}.</source>
        <translation>这张脸已登记为 {0}。</translation>
    </message>
    <message>
        <source>Allow the duplicate (--allow-duplicate) if it is somebody else, or to merge them.</source>
        <translation>如果是另一个人，或之后要合并，请允许重复（--allow-duplicate）。</translation>
    </message>
    <message>
        <source>{0} is not an embedder.</source>
        <translation>{0} 不是特征模型。</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>请选择其他模型。</translation>
    </message>
    <message>
        <source>{0} is not a folder.</source>
        <translation>{0} 不是文件夹。</translation>
    </message>
    <message>
        <source>Give a folder with one folder per person.</source>
        <translation>请给出一个每人一个子文件夹的文件夹。</translation>
    </message>
    <message>
        <source>{0} has {1} people with pictures, and nobody to compare.</source>
        <translation>{0} 中有 {1} 个人有图片，但无人可比对。</translation>
    </message>
    <message>
        <source>Two people or more are needed, at least one of them with two pictures.</source>
        <translation>至少需要两个人，其中至少一人有两张图片。</translation>
    </message>
    <message>
        <source>{0} is neither LFW&apos;s pairs.txt nor a CSV with {1}.</source>
        <translation>{0} 既不是 LFW 的 pairs.txt，也不是含有 {1} 的 CSV。</translation>
    </message>
    <message>
        <source>Give one of these.</source>
        <translation>请给出其中之一。</translation>
    </message>
    <message>
        <source>The pairs are all genuine or all impostors.</source>
        <translation>图片对全是同一人，或全是不同人。</translation>
    </message>
    <message>
        <source>Rates need some of both.</source>
        <translation>计算比率两者都需要。</translation>
    </message>
    <message>
        <source>{0} cannot be read.</source>
        <translation>无法读取 {0}。</translation>
    </message>
    <message>
        <source>Give a pairs.txt or a CSV.</source>
        <translation>请给出 pairs.txt 或 CSV。</translation>
    </message>
    <message>
        <source>{0}, line {1}: genuine is 1 or 0 and fold a number.</source>
        <translation>{0} 第 {1} 行：genuine 应为 1 或 0，fold 应为数字。</translation>
    </message>
    <message>
        <source>Mend the line.</source>
        <translation>请修正该行。</translation>
    </message>
    <message>
        <source>{0}, line {1} is not a pair.</source>
        <translation>{0} 第 {1} 行不是图片对。</translation>
    </message>
    <message>
        <source>{0} of {1} pictures gave no face; too few pairs are left.</source>
        <translation>{1} 张图片中有 {0} 张没有人脸，剩下的图片对太少。</translation>
    </message>
    <message>
        <source>Look at the first of them: is it a photo of a face?</source>
        <translation>请看第一张：它是人脸照片吗？</translation>
    </message>
    <message>
        <source>{0} shows no face.</source>
        <translation>{0} 中没有人脸。</translation>
    </message>
    <message>
        <source>{0} is {1} x {2} px, not an aligned crop.</source>
        <translation>{0} 为 {1} x {2} 像素，不是对齐的人脸图。</translation>
    </message>
    <message>
        <source>{0} people with {1} comparisons of strangers are too few to calibrate with.</source>
        <translation>{0} 个人、{1} 次陌生人比对不足以校准。</translation>
    </message>
    <message>
        <source>Give 10 people or more, with two pictures each or more, and 1000 comparisons.</source>
        <translation>请给出至少 10 个人，每人至少两张图片，共 1000 次比对。</translation>
    </message>
    <message>
        <source>{0} has no thresholds.</source>
        <translation>{0} 没有阈值。</translation>
    </message>
    <message>
        <source>Calibrate it (`siamapp calibrate`).</source>
        <translation>请先校准（`siamapp calibrate`）。</translation>
    </message>
    <message>
        <source>{0} was not measured at a false-match rate as small as {1}: {2} comparisons do not show it.</source>
        <translation>{0} 未在低至 {1} 的误识率下测量过：{2} 次比对不足以证明。</translation>
    </message>
    <message>
        <source>The nearest it supports is {0}: `siamapp settings set target_fmr {1}`.</source>
        <translation>它支持的最接近的值是 {0}：`siamapp settings set target_fmr {1}`。</translation>
    </message>
    <message>
        <source>The gallery was enrolled with another embedder; distances would mean nothing.</source>
        <translation>人员库是用另一个特征模型登记的，距离没有意义。</translation>
    </message>
    <message>
        <source>Enrol again with this embedder, or switch back.</source>
        <translation>请用此模型重新登记，或换回原来的模型。</translation>
    </message>
    <message>
        <source>Protected templates cannot be compared by {0}, which this embedder wants.</source>
        <translation>受保护的模板不能按此模型要求的 {0} 比较。</translation>
    </message>
    <message>
        <source>Use another embedder, or end the protection: `siamapp gallery unprotect`.</source>
        <translation>请换用其他模型，或取消保护：`siamapp gallery unprotect`。</translation>
    </message>
    <message>
        <source>{0} is the calibration of another embedder.</source>
        <translation>{0} 是另一个模型的校准。</translation>
    </message>
    <message>
        <source>{0} is no calibration: it is too large.</source>
        <translation>{0} 不是校准文件：它太大。</translation>
    </message>
    <message>
        <source>Remove it: `siamapp calibrate --remove`, or delete {0}.</source>
        <translation>请移除它：`siamapp calibrate --remove`，或删除 {0}。</translation>
    </message>
    <message>
        <source>{0} cannot be written: {1}.</source>
        <translation>无法写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} cannot be removed: {1}.</source>
        <translation>无法移除 {0}：{1}。</translation>
    </message>
    <message>
        <source>A worker of the import was ended.</source>
        <translation>导入的一个工作进程被终止。</translation>
    </message>
    <message>
        <source>Run the import again, it goes on from here; with less memory, --workers 1.</source>
        <translation>请再次运行导入，它会从此处继续；内存不足时用 --workers 1。</translation>
    </message>
    <message>
        <source>{0} is not there.</source>
        <translation>{0} 不存在。</translation>
    </message>
    <message>
        <source>Plug it in, or choose another camera, a video or photos.</source>
        <translation>请接上它，或选择其他摄像头、视频或照片。</translation>
    </message>
    <message>
        <source>{0} is in use.</source>
        <translation>{0} 正在使用中。</translation>
    </message>
    <message>
        <source>Close the other program that shows its picture.</source>
        <translation>请关闭正在显示其画面的其他程序。</translation>
    </message>
    <message>
        <source>{0} may not be used by this program.</source>
        <translation>本程序无权使用 {0}。</translation>
    </message>
    <message>
        <source>{0} stopped giving pictures.</source>
        <translation>{0} 不再提供画面。</translation>
    </message>
    <message>
        <source>Check its cable.</source>
        <translation>请检查连接线。</translation>
    </message>
    <message>
        <source>{0} gives no pictures.</source>
        <translation>{0} 没有画面。</translation>
    </message>
    <message>
        <source>Check the address and that its host is up.</source>
        <translation>请检查地址，并确认对方主机在运行。</translation>
    </message>
    <message>
        <source>There is no folder {0}.</source>
        <translation>没有文件夹 {0}。</translation>
    </message>
    <message>
        <source>Give one that holds a folder per person.</source>
        <translation>请给出一个每人一个子文件夹的文件夹。</translation>
    </message>
    <message>
        <source>{0} holds no folders.</source>
        <translation>{0} 中没有子文件夹。</translation>
    </message>
    <message>
        <source>{0} holds neither photos nor videos.</source>
        <translation>{0} 中既没有照片也没有视频。</translation>
    </message>
    <message>
        <source>Add some, or remove it.</source>
        <translation>请添加一些，或将其移除。</translation>
    </message>
    <message>
        <source>{0} is damaged or cut short.</source>
        <translation>{0} 已损坏或不完整。</translation>
    </message>
    <message>
        <source>Copy it again from where it came.</source>
        <translation>请从来源处重新复制。</translation>
    </message>
    <message>
        <source>{0} is a {1} photo.</source>
        <translation>{0} 是 {1} 照片。</translation>
    </message>
    <message>
        <source>Save it as JPEG or PNG first.</source>
        <translation>请先另存为 JPEG 或 PNG。</translation>
    </message>
    <message>
        <source>{0} is not a photo.</source>
        <translation>{0} 不是照片。</translation>
    </message>
    <message>
        <source>JPEG, PNG, WebP, BMP and TIFF are read.</source>
        <translation>可读取 JPEG、PNG、WebP、BMP 和 TIFF。</translation>
    </message>
    <message>
        <source>{0} is too large: {1} x {2} px.</source>
        <translation>{0} 太大：{1} x {2} 像素。</translation>
    </message>
    <message>
        <source>At most 20000 px a side and {0} megapixels are read.</source>
        <translation>每边最多 20000 像素，总共最多 {0} 百万像素。</translation>
    </message>
    <message>
        <source>{0} is empty.</source>
        <translation>{0} 是空的。</translation>
    </message>
    <message>
        <source>{0} is too large a file.</source>
        <translation>文件 {0} 太大。</translation>
    </message>
    <message>
        <source>Save it as a JPEG.</source>
        <translation>请另存为 JPEG。</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}.</source>
        <translation>无法读取 {0}：{1}。</translation>
    </message>
    <message>
        <source>There is no file {0}.</source>
        <translation>没有文件 {0}。</translation>
    </message>
    <message>
        <source>{0} is not a video that can be read.</source>
        <translation>{0} 不是可读取的视频。</translation>
    </message>
    <message>
        <source>Try an MP4.</source>
        <translation>请尝试 MP4。</translation>
    </message>
    <message>
        <source>There is no photo in {0}.</source>
        <translation>{0} 中没有照片。</translation>
    </message>
    <message>
        <source>Give JPEG or PNG files.</source>
        <translation>请给出 JPEG 或 PNG 文件。</translation>
    </message>
    <message>
        <source>Recognition does not return.</source>
        <translation>识别没有响应。</translation>
    </message>
    <message>
        <source>Start the program again.</source>
        <translation>请重新启动程序。</translation>
    </message>
    <message>
        <source>{0} does not return.</source>
        <translation>{0} 没有响应。</translation>
    </message>
    <message>
        <source>Unplug it.</source>
        <translation>请拔下它。</translation>
    </message>
    <message>
        <source>Internal error: {0}.</source>
        <translation>内部错误：{0}。</translation>
    </message>
    <message>
        <source>See the log.</source>
        <translation>请查看日志。</translation>
    </message>
    <message>
        <source>{0} has no start or end.</source>
        <translation>{0} 没有起止时间。</translation>
    </message>
    <message>
        <source>Only videos can be trimmed.</source>
        <translation>只有视频可以截取。</translation>
    </message>
    <message>
        <source>Give a file, a folder, a camera&apos;s number or an http:// address.</source>
        <translation>请给出文件、文件夹、摄像头编号或 http:// 地址。</translation>
    </message>
    <message>
        <source>The app&apos;s assets are missing.</source>
        <translation>缺少应用的资源文件。</translation>
    </message>
    <message>
        <source>Install siamapp again.</source>
        <translation>请重新安装 siamapp。</translation>
    </message>
    <message>
        <source>The folder {0} cannot be made: {1}.</source>
        <translation>无法创建文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>Choose another with --home.</source>
        <translation>请用 --home 选择其他文件夹。</translation>
    </message>
    <message>
        <source>That face was not taken for anybody.</source>
        <translation>那张脸没有被认作任何人。</translation>
    </message>
    <message>
        <source>{0} was enrolled with another embedder.</source>
        <translation>{0}是用另一个模型登记的。</translation>
    </message>
    <message>
        <source>Enrol that person again.</source>
        <translation>请重新登记此人。</translation>
    </message>
    <message>
        <source>All samples are of an embedder that is not in use here.</source>
        <translation>所有样本都来自此处未使用的模型。</translation>
    </message>
    <message>
        <source>Somebody of that name is enrolled already.</source>
        <translation>已有同名的人登记。</translation>
    </message>
    <message>
        <source>There is no setting {0}.</source>
        <translation>没有名为{0}的设置。</translation>
    </message>
    <message>
        <source>Known settings: {0}.</source>
        <translation>可用的设置：{0}。</translation>
    </message>
    <message>
        <source>Mend it, or delete it for the defaults.</source>
        <translation>请修正它，或删除以恢复默认。</translation>
    </message>
    <message>
        <source>{0} is of version {1}; this SiamApp reads version 1.</source>
        <translation>{0} 的版本为 {1}；此 SiamApp 读取的版本为 1。</translation>
    </message>
    <message>
        <source>Use the SiamApp that wrote it, or delete it for the defaults.</source>
        <translation>请使用写出该文件的 SiamApp，或将其删除以恢复默认值。</translation>
    </message>
    <message>
        <source>Mend it, or delete it.</source>
        <translation>请修正或删除它。</translation>
    </message>
    <message>
        <source>See `siamapp settings list`.</source>
        <translation>见 `siamapp settings list`。</translation>
    </message>
    <message>
        <source>The audit is not whole: {0}.</source>
        <translation>审计记录不完整：{0}。</translation>
    </message>
    <message>
        <source>Keep it as it is.</source>
        <translation>请保持原样。</translation>
    </message>
    <message>
        <source>There is no entry {0}.</source>
        <translation>没有第 {0} 条记录。</translation>
    </message>
    <message>
        <source>Check the rights of that folder.</source>
        <translation>请检查该文件夹的权限。</translation>
    </message>
    <message>
        <source>Nothing can be written in {0}: {1}.</source>
        <translation>无法在 {0} 中写入：{1}。</translation>
    </message>
    <message>
        <source>The gallery cannot be copied: {0}.</source>
        <translation>无法复制人员库：{0}。</translation>
    </message>
    <message>
        <source>Restore it from a backup.</source>
        <translation>请用备份恢复它。</translation>
    </message>
    <message>
        <source>{0} is no head of an audit: it is too large.</source>
        <translation>{0} 不是审计记录的头：它太大。</translation>
    </message>
    <message>
        <source>Give a file of `siamapp audit head --out`.</source>
        <translation>请给出 `siamapp audit head --out` 生成的文件。</translation>
    </message>
    <message>
        <source>{0} is no head of an audit.</source>
        <translation>{0} 不是审计记录的头。</translation>
    </message>
    <message>
        <source>See `siamapp audit list`.</source>
        <translation>见 `siamapp audit list`。</translation>
    </message>
    <message>
        <source>By the clock nothing was recorded for {0} days: nothing is deleted by itself before {1}.</source>
        <translation>按本机时钟，已有 {0} 天没有任何记录：{1} 之前不会自动删除任何内容。</translation>
    </message>
    <message>
        <source>Set the clock right if it is wrong.</source>
        <translation>如果时钟不对，请将其调正。</translation>
    </message>
    <message>
        <source>{0} is there already.</source>
        <translation>{0} 已存在。</translation>
    </message>
    <message>
        <source>{0} is another kind of file, and is not replaced.</source>
        <translation>{0} 是另一种文件，不会被替换。</translation>
    </message>
    <message>
        <source>Choose another name, or say --overwrite.</source>
        <translation>请换一个名称，或使用 --overwrite。</translation>
    </message>
    <message>
        <source>Another program has made a gallery there.</source>
        <translation>另一个程序已在那里建立了人员库。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>The gallery cannot be made in {0}: {1}.</source>
        <translation>无法在 {0} 建立人员库：{1}。</translation>
    </message>
    <message>
        <source>Choose another folder with --home.</source>
        <translation>请用 --home 选择其他文件夹。</translation>
    </message>
    <message>
        <source>The damaged gallery cannot be replaced: {0}.</source>
        <translation>无法替换损坏的人员库：{0}。</translation>
    </message>
    <message>
        <source>The key does not open the gallery.</source>
        <translation>密钥打不开人员库。</translation>
    </message>
    <message>
        <source>Give the right key file.</source>
        <translation>请给出正确的密钥文件。</translation>
    </message>
    <message>
        <source>gallery.db is an unencrypted database.</source>
        <translation>gallery.db 是未加密的数据库。</translation>
    </message>
    <message>
        <source>Put it back from a backup.</source>
        <translation>请用备份恢复。</translation>
    </message>
    <message>
        <source>The gallery file is damaged.</source>
        <translation>人员库文件已损坏。</translation>
    </message>
    <message>
        <source>The gallery&apos;s tables do not fit together.</source>
        <translation>人员库的数据表互不一致。</translation>
    </message>
    <message>
        <source>The file is not a gallery as siamapp makes it.</source>
        <translation>该文件不是 siamapp 建立的人员库。</translation>
    </message>
    <message>
        <source>The gallery cannot be replaced: {0}.</source>
        <translation>无法替换人员库：{0}。</translation>
    </message>
    <message>
        <source>Check the disk&apos;s free space and the rights of the folder.</source>
        <translation>请检查磁盘空间和文件夹权限。</translation>
    </message>
    <message>
        <source>gallery.db is not a gallery.</source>
        <translation>gallery.db 不是人员库。</translation>
    </message>
    <message>
        <source>The gallery was written by a newer version.</source>
        <translation>人员库由更新的版本写入。</translation>
    </message>
    <message>
        <source>Update siamapp.</source>
        <translation>请更新 siamapp。</translation>
    </message>
    <message>
        <source>The gallery cannot be read or written: {0}.</source>
        <translation>无法读写人员库：{0}。</translation>
    </message>
    <message>
        <source>The gallery was replaced by another program.</source>
        <translation>人员库被另一个程序替换。</translation>
    </message>
    <message>
        <source>Open it again.</source>
        <translation>请重新打开。</translation>
    </message>
    <message>
        <source>Another program has the gallery open.</source>
        <translation>另一个程序正打开着人员库。</translation>
    </message>
    <message>
        <source>Close it and try again.</source>
        <translation>请关闭它后重试。</translation>
    </message>
    <message>
        <source>A person cannot be merged with itself.</source>
        <translation>不能把一个人与其自身合并。</translation>
    </message>
    <message>
        <source>That can no longer be undone.</source>
        <translation>这已无法撤销。</translation>
    </message>
    <message>
        <source>They are the person&apos;s last samples.</source>
        <translation>这是此人最后的样本。</translation>
    </message>
    <message>
        <source>Delete or merge instead.</source>
        <translation>请改用删除或合并。</translation>
    </message>
    <message>
        <source>Choose samples of one person.</source>
        <translation>请选择同一个人的样本。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请换一个名称。</translation>
    </message>
    <message>
        <source>Choose another place.</source>
        <translation>请换一个位置。</translation>
    </message>
    <message>
        <source>This is not the key file of this gallery.</source>
        <translation>这不是此人员库的密钥文件。</translation>
    </message>
    <message>
        <source>Give it with --key-file FILE or SIAMAPP_KEY_FILE.</source>
        <translation>请用 --key-file FILE 或 SIAMAPP_KEY_FILE 给出。</translation>
    </message>
    <message>
        <source>The key file is larger than {0} bytes.</source>
        <translation>密钥文件大于 {0} 字节。</translation>
    </message>
    <message>
        <source>The key file is shorter than 16 bytes.</source>
        <translation>密钥文件短于 16 字节。</translation>
    </message>
    <message>
        <source>The system&apos;s keyring has no key for this gallery.</source>
        <translation>系统钥匙串中没有此人员库的密钥。</translation>
    </message>
    <message>
        <source>The system&apos;s keyring holds another key than this gallery&apos;s.</source>
        <translation>系统钥匙串中的密钥不是此人员库的。</translation>
    </message>
    <message>
        <source>The passphrase is wrong.</source>
        <translation>口令错误。</translation>
    </message>
    <message>
        <source>No passphrase was given.</source>
        <translation>没有给出口令。</translation>
    </message>
    <message>
        <source>The passphrase is too short: at least 8 characters.</source>
        <translation>口令太短：至少 8 个字符。</translation>
    </message>
    <message>
        <source>The key file cannot be made: {0}.</source>
        <translation>无法创建密钥文件：{0}。</translation>
    </message>
    <message>
        <source>The key file does not exist.</source>
        <translation>密钥文件不存在。</translation>
    </message>
    <message>
        <source>The key file cannot be read: {0}.</source>
        <translation>无法读取密钥文件：{0}。</translation>
    </message>
    <message>
        <source>The system&apos;s keyring does not open.</source>
        <translation>系统钥匙串打不开。</translation>
    </message>
    <message>
        <source>Unlock it.</source>
        <translation>请将其解锁。</translation>
    </message>
    <message>
        <source>A name must not hold control characters.</source>
        <translation>姓名不能含有控制字符。</translation>
    </message>
    <message>
        <source>Type it anew.</source>
        <translation>请重新输入。</translation>
    </message>
    <message>
        <source>A name must not change the direction of writing.</source>
        <translation>姓名不能含有改变书写方向的字符。</translation>
    </message>
    <message>
        <source>A name must not be empty.</source>
        <translation>姓名不能为空。</translation>
    </message>
    <message>
        <source>A name has at most 120 characters.</source>
        <translation>姓名最多 120 个字符。</translation>
    </message>
    <message>
        <source>A person has at most 20 tags.</source>
        <translation>一个人最多 20 个标签。</translation>
    </message>
    <message>
        <source>A consent note has at most 1000 characters.</source>
        <translation>同意书备注最多 1000 个字符。</translation>
    </message>
    <message>
        <source>A consent note must not hold control characters.</source>
        <translation>同意书备注不能含有控制字符。</translation>
    </message>
    <message>
        <source>A person cannot be enrolled without a sample.</source>
        <translation>没有样本就不能登记。</translation>
    </message>
    <message>
        <source>Nobody of that name is enrolled.</source>
        <translation>没有登记叫这个名字的人。</translation>
    </message>
    <message>
        <source>The last day to keep that person is past.</source>
        <translation>可保留此人的最后一天已过。</translation>
    </message>
    <message>
        <source>List them with `siamapp people list`.</source>
        <translation>可用 `siamapp people list` 列出。</translation>
    </message>
    <message>
        <source>A picture cannot be stored.</source>
        <translation>无法保存图片。</translation>
    </message>
    <message>
        <source>The templates were protected by a newer version.</source>
        <translation>模板由更新的版本保护。</translation>
    </message>
    <message>
        <source>vault.toml could not be written.</source>
        <translation>无法写入 vault.toml。</translation>
    </message>
    <message>
        <source>Open the gallery once more.</source>
        <translation>请再打开一次人员库。</translation>
    </message>
    <message>
        <source>Choose another name; two entries of one person can be merged.</source>
        <translation>请换一个姓名；同一个人的两个条目可以合并。</translation>
    </message>
    <message>
        <source>That person is not enrolled.</source>
        <translation>此人没有登记。</translation>
    </message>
    <message>
        <source>That sample is not in the gallery.</source>
        <translation>人员库中没有那个样本。</translation>
    </message>
    <message>
        <source>An embedding is not a finite vector of unit length.</source>
        <translation>特征不是单位长度的有限向量。</translation>
    </message>
    <message>
        <source>Stored embeddings differ in dimension.</source>
        <translation>保存的特征维数不一致。</translation>
    </message>
    <message>
        <source>Restore a backup.</source>
        <translation>请恢复备份。</translation>
    </message>
    <message>
        <source>A stored picture cannot be read.</source>
        <translation>无法读取保存的图片。</translation>
    </message>
    <message>
        <source>The embeddings differ in dimension from one another or from the gallery.</source>
        <translation>特征的维数彼此不同，或与人员库不同。</translation>
    </message>
    <message>
        <source>That is no file of siamapp, or it is damaged.</source>
        <translation>那不是 siamapp 的文件，或已损坏。</translation>
    </message>
    <message>
        <source>The file was written by a newer version.</source>
        <translation>该文件由更新的版本写入。</translation>
    </message>
    <message>
        <source>The file is damaged, or was altered.</source>
        <translation>该文件已损坏或被改动。</translation>
    </message>
    <message>
        <source>That file is a backup.</source>
        <translation>该文件是备份。</translation>
    </message>
    <message>
        <source>That file holds exported people.</source>
        <translation>该文件含有导出的人员。</translation>
    </message>
    <message>
        <source>Use `siamapp restore`.</source>
        <translation>请使用 `siamapp restore`。</translation>
    </message>
    <message>
        <source>Use `siamapp people import`.</source>
        <translation>请使用 `siamapp people import`。</translation>
    </message>
    <message>
        <source>Use another copy of it.</source>
        <translation>请使用它的另一份副本。</translation>
    </message>
    <message>
        <source>These are too many people for one file.</source>
        <translation>人数太多，一个文件放不下。</translation>
    </message>
    <message>
        <source>Export them in parts.</source>
        <translation>请分批导出。</translation>
    </message>
    <message>
        <source>The file is too large to be one of siamapp&apos;s.</source>
        <translation>文件太大，不可能是 siamapp 的文件。</translation>
    </message>
    <message>
        <source>The file holds something that is no person of siamapp.</source>
        <translation>文件中有不属于 siamapp 人员的内容。</translation>
    </message>
    <message>
        <source>These people were changed since.</source>
        <translation>这些人此后又被更改。</translation>
    </message>
    <message>
        <source>Undo the later change first.</source>
        <translation>请先撤销之后的更改。</translation>
    </message>
    <message>
        <source>This gallery&apos;s key comes from a {0}, not from a key file.</source>
        <translation>此人员库的密钥来自 {0}，不是密钥文件。</translation>
    </message>
    <message>
        <source>Leave out --key-file and SIAMAPP_KEY_FILE.</source>
        <translation>请去掉 --key-file 和 SIAMAPP_KEY_FILE。</translation>
    </message>
    <message>
        <source>This gallery needs its passphrase.</source>
        <translation>此人员库需要口令。</translation>
    </message>
    <message>
        <source>Start siamapp in a terminal.</source>
        <translation>请在终端中启动 siamapp。</translation>
    </message>
    <message>
        <source>The gallery&apos;s vault.toml is missing.</source>
        <translation>缺少人员库的 vault.toml。</translation>
    </message>
    <message>
        <source>{0} cannot be read or written: {1}.</source>
        <translation>无法读写 {0}：{1}。</translation>
    </message>
    <message>
        <source>This gallery needs its key file.</source>
        <translation>此人员库需要密钥文件。</translation>
    </message>
    <message>
        <source>vault.toml was written by a newer version.</source>
        <translation>vault.toml 由更新的版本写入。</translation>
    </message>
    <message>
        <source>vault.toml cannot be read: {0}.</source>
        <translation>无法读取 vault.toml：{0}。</translation>
    </message>
    <message>
        <source>vault.toml is damaged.</source>
        <translation>vault.toml 已损坏。</translation>
    </message>
    <message>
        <source>Another program makes a gallery there.</source>
        <translation>另一个程序正在那里建立人员库。</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the gallery&apos;s key in.</source>
        <translation>此系统没有可保存人员库密钥的钥匙串。</translation>
    </message>
    <message>
        <source>Give a key file with --key-file FILE: it is made if there is none.</source>
        <translation>请用 --key-file FILE 给出密钥文件：没有时会新建。</translation>
    </message>
    <message>
        <source>The model file {0} is not the one its card names.</source>
        <translation>模型文件 {0} 与模型卡所列的不符。</translation>
    </message>
    <message>
        <source>Reinstall the model; do not use this one.</source>
        <translation>请重新安装模型，不要使用这一个。</translation>
    </message>
    <message>
        <source>No readable model card at {0}.</source>
        <translation>{0} 没有可读取的模型卡。</translation>
    </message>
    <message>
        <source>Choose a folder that holds card.toml and its ONNX files.</source>
        <translation>请选择含有 card.toml 及其 ONNX 文件的文件夹。</translation>
    </message>
    <message>
        <source>{0} is not valid TOML: {1}.</source>
        <translation>{0} 不是有效的 TOML：{1}。</translation>
    </message>
    <message>
        <source>Mend the card.</source>
        <translation>请修正模型卡。</translation>
    </message>
    <message>
        <source>{0} is nested too deeply.</source>
        <translation>{0} 嵌套过深。</translation>
    </message>
    <message>
        <source>{0} is not a plain file.</source>
        <translation>{0} 不是普通文件。</translation>
    </message>
    <message>
        <source>Reinstall the model.</source>
        <translation>请重新安装模型。</translation>
    </message>
    <message>
        <source>{0} is too large.</source>
        <translation>{0} 太大。</translation>
    </message>
    <message>
        <source>The model file {0} cannot be read.</source>
        <translation>无法读取模型文件 {0}。</translation>
    </message>
    <message>
        <source>{0} is not a detector.</source>
        <translation>{0} 不是检测模型。</translation>
    </message>
    <message>
        <source>Choose a detector model.</source>
        <translation>请选择检测模型。</translation>
    </message>
    <message>
        <source>The detector&apos;s outputs are not those its card promises.</source>
        <translation>检测模型的输出与模型卡不符。</translation>
    </message>
    <message>
        <source>{0} cannot follow.</source>
        <translation>{0} 不能跟踪人脸。</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>请另选一个。</translation>
    </message>
    <message>
        <source>The detector&apos;s refinement gives not what its card promises.</source>
        <translation>检测模型的细化网络与模型卡不符。</translation>
    </message>
    <message>
        <source>{0} gave an unusable vector.</source>
        <translation>{0} 给出了不可用的向量。</translation>
    </message>
    <message>
        <source>Reinstall the model or choose another.</source>
        <translation>请重新安装模型或另选一个。</translation>
    </message>
    <message>
        <source>{0} is not an ONNX model: it computes nothing.</source>
        <translation>{0} 不是 ONNX 模型：它什么也不计算。</translation>
    </message>
    <message>
        <source>Do not use this file; ask for it where it came from.</source>
        <translation>请勿使用此文件，请向来源处索取。</translation>
    </message>
    <message>
        <source>{0} is not an ONNX model.</source>
        <translation>{0} 不是 ONNX 模型。</translation>
    </message>
    <message>
        <source>The model {0} was not added by this program.</source>
        <translation>模型{0}不是由本程序添加的。</translation>
    </message>
    <message>
        <source>Move it out of {0} and add it: `siamapp models add FOLDER`.</source>
        <translation>请把它移出 {0} 后再添加：`siamapp models add FOLDER`。</translation>
    </message>
    <message>
        <source>The card of {0} was changed after the model was added.</source>
        <translation>{0}的模型卡在添加后被更改。</translation>
    </message>
    <message>
        <source>The card {0} was changed after it was written.</source>
        <translation>模型卡 {0} 在写出后被更改。</translation>
    </message>
    <message>
        <source>Remove the model and add it again.</source>
        <translation>请移除模型后重新添加。</translation>
    </message>
    <message>
        <source>{0} cannot be a model&apos;s name.</source>
        <translation>{0} 不能作为模型名称。</translation>
    </message>
    <message>
        <source>Letters, digits, dots, dashes and underscores, at most 64.</source>
        <translation>只能用字母、数字、点、连字符和下划线，最多 64 个。</translation>
    </message>
    <message>
        <source>There is a model {0} already.</source>
        <translation>已有模型{0}。</translation>
    </message>
    <message>
        <source>It came with the app: give yours another name on its card.</source>
        <translation>它是随应用附带的：请在卡片上为您的模型另起名称。</translation>
    </message>
    <message>
        <source>Remove it first: `siamapp models remove {0}`.</source>
        <translation>请先移除：`siamapp models remove {0}`。</translation>
    </message>
    <message>
        <source>The id of {0} is not the beginning of its file&apos;s SHA-256.</source>
        <translation>{0}的标识不是其文件 SHA-256 的开头。</translation>
    </message>
    <message>
        <source>No model {0} was added.</source>
        <translation>没有添加过模型 {0}。</translation>
    </message>
    <message>
        <source>Those that came with the app stay.</source>
        <translation>应用自带的模型不能移除。</translation>
    </message>
    <message>
        <source>There is no folder or file {0}.</source>
        <translation>没有文件夹或文件 {0}。</translation>
    </message>
    <message>
        <source>Links are not followed.</source>
        <translation>不跟随链接。</translation>
    </message>
    <message>
        <source>{0} is an archive; archives are not opened.</source>
        <translation>{0} 是压缩包；不会打开压缩包。</translation>
    </message>
    <message>
        <source>Unpack it and add the folder.</source>
        <translation>请解压后添加文件夹。</translation>
    </message>
    <message>
        <source>{0} has no card.</source>
        <translation>{0} 没有模型卡。</translation>
    </message>
    <message>
        <source>Write one and say where it is: --card card.toml.</source>
        <translation>请写一份并指明位置：--card card.toml。</translation>
    </message>
    <message>
        <source>{0} is a link.</source>
        <translation>{0} 是链接。</translation>
    </message>
    <message>
        <source>Links are not followed: copy the file.</source>
        <translation>不跟随链接：请复制文件。</translation>
    </message>
    <message>
        <source>A folder has its own card.</source>
        <translation>文件夹自带模型卡。</translation>
    </message>
    <message>
        <source>Leave --card away.</source>
        <translation>请去掉 --card。</translation>
    </message>
    <message>
        <source>The model cannot be stored: {0}.</source>
        <translation>无法保存模型：{0}。</translation>
    </message>
    <message>
        <source>Delete it and add the models again.</source>
        <translation>请删除它并重新添加模型。</translation>
    </message>
    <message>
        <source>There is no model named {0}.</source>
        <translation>没有名为{0}的模型。</translation>
    </message>
    <message>
        <source>See `siamapp models list`.</source>
        <translation>见 `siamapp models list`。</translation>
    </message>
    <message>
        <source>Give the folder of the peers&apos; ONNX files.</source>
        <translation>请给出参考模型 ONNX 文件所在的文件夹。</translation>
    </message>
    <message>
        <source>{0} has no refinement.</source>
        <translation>{0} 没有细化网络。</translation>
    </message>
    <message>
        <source>Reinstall it or choose another.</source>
        <translation>请重新安装或另选一个。</translation>
    </message>
    <message>
        <source>There is no presence model.</source>
        <translation>没有活体检测模型。</translation>
    </message>
    <message>
        <source>Reinstall the app, or turn the presence check off.</source>
        <translation>请重新安装应用，或关闭活体检测。</translation>
    </message>
    <message>
        <source>{0} does not measure occlusion.</source>
        <translation>{0} 不测量遮挡。</translation>
    </message>
    <message>
        <source>{0} is not a presence check.</source>
        <translation>{0} 不是活体检测模型。</translation>
    </message>
    <message>
        <source>Choose a presence model.</source>
        <translation>请选择活体检测模型。</translation>
    </message>
    <message>
        <source>{0} gave an unusable score.</source>
        <translation>{0} 给出了不可用的分数。</translation>
    </message>
    <message>
        <source>The golden vectors of {0} do not fit it.</source>
        <translation>{0} 的基准向量与其不符。</translation>
    </message>
    <message>
        <source>{0} gives a face another vector when others are looked at with it.</source>
        <translation>与其他人脸一起处理时，{0} 给出的向量会改变。</translation>
    </message>
    <message>
        <source>Export it in evaluation mode.</source>
        <translation>请在评估模式下导出。</translation>
    </message>
    <message>
        <source>{0} gives every picture the same vector.</source>
        <translation>{0} 对每张图片都给出同一个向量。</translation>
    </message>
    <message>
        <source>Compare its card&apos;s input size, channels, mean and std with how it was trained.</source>
        <translation>请核对模型卡中的输入尺寸、通道、均值和标准差是否与训练时一致。</translation>
    </message>
    <message>
        <source>The model {0} did not answer within {1} s.</source>
        <translation>模型 {0} 在 {1} 秒内没有响应。</translation>
    </message>
    <message>
        <source>The model {0} broke down in its trial; it may need too much memory.</source>
        <translation>模型 {0} 在试运行中崩溃，可能需要过多内存。</translation>
    </message>
    <message>
        <source>The model {0} failed in its trial: {1}.</source>
        <translation>模型 {0} 试运行失败：{1}。</translation>
    </message>
    <message>
        <source>{0} gives other vectors here than where it was trained.</source>
        <translation>{0} 在此处给出的向量与训练时不同。</translation>
    </message>
    <message>
        <source>Reinstall it, or choose another model.</source>
        <translation>请重新安装，或选择其他模型。</translation>
    </message>
    <message>
        <source>The installed onnxruntime was built without {0}.</source>
        <translation>已安装的 onnxruntime 不包含 {0}。</translation>
    </message>
    <message>
        <source>{0} needs an NVIDIA GPU with its driver, and there is none.</source>
        <translation>{0} 需要 NVIDIA 显卡及其驱动程序，而此处没有。</translation>
    </message>
    <message>
        <source>{0} does not start here: a library that it needs is missing.</source>
        <translation>{0} 在此无法启动：缺少它所需的库。</translation>
    </message>
    <message>
        <source>{0} fails here: {1}.</source>
        <translation>{0} 在此运行失败：{1}。</translation>
    </message>
    <message>
        <source>{0} computes something else here than the CPU (cosine {1}).</source>
        <translation>{0} 在此的计算结果与 CPU 不同（余弦 {1}）。</translation>
    </message>
    <message>
        <source>The model {0} cannot be started on {1}: {2}.</source>
        <translation>模型 {0} 无法在 {1} 上启动：{2}。</translation>
    </message>
    <message>
        <source>The file holds no gallery.</source>
        <translation>该文件中没有人员库。</translation>
    </message>
    <message>
        <source>nobody is enrolled yet</source>
        <translation>尚无人登记</translation>
    </message>
    <message>
        <source>nobody enrolled is near enough: the nearest is at {0}, {1} is allowed</source>
        <translation>没有足够接近的已登记者：最近的距离为 {0}，允许 {1}</translation>
    </message>
    <message>
        <source>somebody said of a face like this that it is another person&apos;s</source>
        <translation>有人指出过这样的脸属于另一个人</translation>
    </message>
    <message>
        <source>distance {0}, {1} is allowed</source>
        <translation>距离 {0}，允许 {1}</translation>
    </message>
    <message>
        <source>another face in the picture is nearer to that person</source>
        <translation>画面中另一张脸离此人更近</translation>
    </message>
    <message>
        <source>looking</source>
        <translation>正在辨认</translation>
    </message>
    <message>
        <source>this looks like a print or a screen</source>
        <translation>这像是打印件或屏幕</translation>
    </message>
    <message>
        <source>what was asked did not happen in time: {0}</source>
        <translation>未及时完成要求的动作：{0}</translation>
    </message>
    <message>
        <source>please {0}</source>
        <translation>请{0}</translation>
    </message>
    <message>
        <source>did what was asked: {0}</source>
        <translation>完成了要求的动作：{0}</translation>
    </message>
    <message>
        <source>watching for about a second</source>
        <translation>正在观察约一秒钟</translation>
    </message>
    <message>
        <source>the face flickers as a screen does</source>
        <translation>人脸像屏幕一样闪烁</translation>
    </message>
    <message>
        <source>edges around the face go along with it, as those of a sheet or a screen do</source>
        <translation>人脸周围的边缘随人脸一起移动，就像纸张或屏幕的边缘那样</translation>
    </message>
    <message>
        <source>not sure that this is no picture of a face</source>
        <translation>不能确定这不是人脸的图片</translation>
    </message>
    <message>
        <source>nothing has moved in the face: blink, speak or turn a bit</source>
        <translation>脸上没有任何动作：请眨眼、说话或稍微转头</translation>
    </message>
    <message>
        <source>looks and moves as a face does</source>
        <translation>外观和动作都像真实的人脸</translation>
    </message>
    <message>
        <source>a photo cannot show that somebody is there: use a camera or a video, or turn the presence check off</source>
        <translation>照片不能证明有人在场：请使用摄像头或视频，或关闭活体检测</translation>
    </message>
    <message>
        <source>turn your head to your left</source>
        <translation>向您的左侧转头</translation>
    </message>
    <message>
        <source>turn your head to your right</source>
        <translation>向您的右侧转头</translation>
    </message>
    <message>
        <source>lift your chin</source>
        <translation>抬起下巴</translation>
    </message>
    <message>
        <source>blink</source>
        <translation>眨眼</translation>
    </message>
    <message>
        <source>come closer to the camera</source>
        <translation>靠近摄像头</translation>
    </message>
    <message>
        <source>come into the picture: part of the face is outside</source>
        <translation>请进入画面：脸的一部分在画面外</translation>
    </message>
    <message>
        <source>move closer: {0} px between the eyes, {1} wanted</source>
        <translation>请靠近些：两眼相距 {0} 像素，需要 {1}</translation>
    </message>
    <message>
        <source>more light on the face: it is too dark</source>
        <translation>请增加脸部光线：太暗</translation>
    </message>
    <message>
        <source>less light on the face: it is too bright</source>
        <translation>请减弱脸部光线：太亮</translation>
    </message>
    <message>
        <source>even out the light: the face has too little contrast</source>
        <translation>请调匀光线：脸部对比度太低</translation>
    </message>
    <message>
        <source>hold still: the picture is blurred ({0}, {1} wanted)</source>
        <translation>请保持不动：画面模糊（{0}，需要 {1}）</translation>
    </message>
    <message>
        <source>face the camera: turned by about {0} degrees, {1} allowed</source>
        <translation>请面向摄像头：偏转约 {0} 度，允许 {1}</translation>
    </message>
    <message>
        <source>level your head: turned by about {0} degrees, {1} allowed</source>
        <translation>请把头端平：俯仰约 {0} 度，允许 {1}</translation>
    </message>
    <message>
        <source>hold your head upright: turned by about {0} degrees, {1} allowed</source>
        <translation>请把头摆正：倾斜约 {0} 度，允许 {1}</translation>
    </message>
    <message>
        <source>no face was found; come into the picture, facing the camera</source>
        <translation>没有找到人脸；请进入画面并面向摄像头</translation>
    </message>
    <message>
        <source>{0} faces are in the picture; one person at a time</source>
        <translation>画面中有 {0} 张脸；一次只能一个人</translation>
    </message>
    <message>
        <source>{0} are about equally near: {1} and {2}</source>
        <translation>{0}距离相近：{1} 和 {2}</translation>
    </message>
    <message>
        <source>two people who look alike</source>
        <translation>两个相似的人</translation>
    </message>
    <message>
        <source>two people</source>
        <translation>两个人</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>The camera, file or stream is not there.</source>
        <translation>找不到该摄像头、文件或视频流。</translation>
    </message>
    <message>
        <source>Another program uses the camera.</source>
        <translation>另一个程序正在使用摄像头。</translation>
    </message>
    <message>
        <source>The system does not allow the camera.</source>
        <translation>系统不允许使用摄像头。</translation>
    </message>
    <message>
        <source>The camera is gone.</source>
        <translation>摄像头已断开。</translation>
    </message>
    <message>
        <source>The camera does not answer.</source>
        <translation>摄像头没有响应。</translation>
    </message>
    <message>
        <source>A model cannot be used.</source>
        <translation>模型无法使用。</translation>
    </message>
    <message>
        <source>The key does not open the gallery.</source>
        <translation>密钥打不开人员库。</translation>
    </message>
    <message>
        <source>There is no key for the gallery.</source>
        <translation>没有人员库的密钥。</translation>
    </message>
    <message>
        <source>The gallery cannot be read or changed.</source>
        <translation>人员库无法读取或更改。</translation>
    </message>
    <message>
        <source>A setting is not valid.</source>
        <translation>设置无效。</translation>
    </message>
    <message>
        <source>A picture cannot be read.</source>
        <translation>图片无法读取。</translation>
    </message>
    <message>
        <source>No face was found.</source>
        <translation>未找到人脸。</translation>
    </message>
    <message>
        <source>Several faces are in the picture.</source>
        <translation>画面中有多张脸。</translation>
    </message>
    <message>
        <source>No picture is good enough.</source>
        <translation>没有足够好的图片。</translation>
    </message>
    <message>
        <source>The pictures do not show one person.</source>
        <translation>这些图片不是同一个人。</translation>
    </message>
    <message>
        <source>The face or the name is enrolled already.</source>
        <translation>该人脸或姓名已登记。</translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>Identify</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>核验</translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>History</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>评测</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
</TS>
